"""Who may see a release and fetch its files. Fetch and permission in one call, as everywhere."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import request as rest

from annotation.access import project_for
from annotation.models import Project
from cqia.accounts.http import Request, person
from cqia.accounts.models import Membership, User, record
from cqia.accounts.roles import Role
from review.models import Release, ReleaseAccess

_Who = ReleaseAccess.Who


def led_release(request: Request | rest.Request, slug: str, number: int) -> Release:
    """A release of a project that the signed-in person leads."""
    project = project_for(request, slug, Role.LEAD)
    releases = _with_what_pages_show(project.releases.all())
    return get_object_or_404(releases, number=number)


def release_for(request: Request | rest.Request, slug: str, number: int) -> Release:
    """A release that the signed-in person may read: its leads, and whom they let in.

    Strangers to the project get 404 for what they may not read, members 403. On `request` are put,
    for pages, the project and the roles held in it.
    """
    user = person(request) if isinstance(request, rest.Request) else request.user
    roles = _roles(user, slug)
    project = Project.objects.filter(slug=slug).first()
    found = readable(user, project, roles) if project else Release.objects.none()
    release = _with_what_pages_show(found).filter(number=number).first()
    if release is None:
        if roles and Role.LEAD not in roles:
            raise PermissionDenied
        raise Http404
    if not isinstance(request, rest.Request):  # the page frame wants to know
        request.project, request.roles = release.project, roles
    return release


def releases_for(request: Request, slug: str) -> tuple[Project, QuerySet[Release]]:
    """A project, and the releases of it that the signed-in person may read: every one for its leads.

    Where there is none, strangers to the project get 404 and members 403. On `request` as above.
    """
    user, roles = request.user, _roles(request.user, slug)
    project = get_object_or_404(Project, slug=slug)
    found = readable(user, project, roles)
    if Role.LEAD not in roles and not found.exists():
        if roles:
            raise PermissionDenied
        raise Http404
    request.project, request.roles = project, roles
    return project, found


def readable(user: User, project: Project, roles: frozenset[Role]) -> QuerySet[Release]:
    """The releases of a project that somebody with these roles in it may read: every one for its leads."""
    releases: QuerySet[Release] = project.releases.all()
    if Role.LEAD in roles:
        return releases
    opened = Q(access__who=_Who.SIGNED_IN) | Q(access__who=_Who.NAMED, access__people=user.pk)
    if roles:
        opened |= Q(access__who=_Who.MEMBERS)
    return releases.filter(opened).distinct()


def _roles(user: User, slug: str) -> frozenset[Role]:
    held = Membership.objects.filter(user=user.pk, project__slug=slug)
    roles = {Role(role) for role in held.values_list("role", flat=True)}
    return frozenset(roles | {Role.LEAD} if user.is_superuser else roles)


def _with_what_pages_show(releases: QuerySet[Release]) -> QuerySet[Release]:
    return releases.select_related("project", "job", "access")


def open_to(release: Release, who: str, people: Iterable[User], by: User) -> ReleaseAccess:
    """Say who may read a release from now on; the people are kept for `named` alone."""
    named = list(people) if who == _Who.NAMED else []
    with transaction.atomic():
        access, _new = ReleaseAccess.objects.update_or_create(
            release=release, defaults={"who": who, "changed_by": by}
        )
        access.people.set(named)
        names = sorted(user.username for user in named)
        record(
            by,
            "release access changed",
            release.project_id,
            number=release.number,
            who=who,
            people=names,
        )
    return access
