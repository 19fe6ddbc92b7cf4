"""Fetch and permission in one call. A stranger gets 404, a member without the role 403."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import request as rest

from annotation.models import Project
from cqia.accounts.http import Request, person
from cqia.accounts.models import Membership, User
from cqia.accounts.roles import Role


def roles_in(user: User, slug: str) -> tuple[Project, frozenset[Role]]:
    """The project of this slug and what `user` does there; 404 for strangers. One query."""
    if user.is_superuser:
        project = Project.objects.filter(slug=slug).first()
        if project is None:
            raise Http404
        held = Membership.objects.filter(user=user, project=project).values_list("role", flat=True)
        return project, frozenset({Role.LEAD, *map(Role, held)})
    rows = list(
        Membership.objects.filter(user=user.pk, project__slug=slug).select_related("project")
    )
    if not rows:
        raise Http404
    return rows[0].project, frozenset(Role(row.role) for row in rows)


def project_for(request: Request | rest.Request, slug: str, *roles: Role) -> Project:
    """The project, if the signed-in person holds one of `roles` in it (any role where none is named)."""
    user = person(request) if isinstance(request, rest.Request) else request.user
    project, held = roles_in(user, slug)
    if roles and held.isdisjoint(roles):
        raise PermissionDenied
    if not isinstance(request, rest.Request):  # the page frame wants to know
        request.project, request.roles = project, held
    return project
