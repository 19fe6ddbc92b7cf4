"""Fetch and permission in one call. A stranger gets 404, a member without the role 403."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import request as rest

from annotation.models import Project
from cqia.accounts.http import Request, person
from cqia.accounts.models import Membership, User
from cqia.accounts.roles import Role
from cqia.lib import rows

_MEMBER_SQL = f"""
SELECT project.*, array_agg(member.role) AS _roles
  FROM {Membership._meta.db_table} member JOIN {Project._meta.db_table} project ON project.id = member.project_id
 WHERE member.user_id = %s AND project.slug = %s GROUP BY project.id
"""


def roles_in(user: User, slug: str) -> tuple[Project, frozenset[Role]]:
    """The project of this slug and what `user` does there; 404 for strangers. One query."""
    if user.is_superuser:
        project = Project.objects.filter(slug=slug).first()
        if project is None:
            raise Http404
        held = Membership.objects.filter(user=user, project=project).values_list("role", flat=True)
        return project, frozenset({Role.LEAD, *map(Role, held)})
    project = rows.first(Project, _MEMBER_SQL, [user.pk, slug])
    if project is None:
        raise Http404
    return project, frozenset(map(Role, project.__dict__.pop("_roles")))


def project_for(request: Request | rest.Request, slug: str, *roles: Role) -> Project:
    """The project, if the signed-in person holds one of `roles` in it (any role where none is named)."""
    user = person(request) if isinstance(request, rest.Request) else request.user
    project, held = roles_in(user, slug)
    if roles and held.isdisjoint(roles):
        raise PermissionDenied
    if not isinstance(request, rest.Request):  # the page frame wants to know
        request.project, request.roles = project, held
    return project
