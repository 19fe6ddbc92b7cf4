"""Who works in a project, its guideline, and the model servers it asks."""

import secrets

from django.db import transaction
from django.db.models import Max

from annotation import lanes
from annotation.models import Endpoint, Guideline, Project
from cqia.accounts.models import Membership, User, record
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError


def create_project(project: Project, creator: User) -> None:
    """Store a new project with its creator as lead."""
    with transaction.atomic():
        project.save()
        Membership.objects.create(user=creator, project=project, role=Role.LEAD)
        record(creator, "project created", project.pk, name=project.name)


def add_member(project: Project, actor: User, username: str, role: Role) -> str | None:
    """Give a person a role. Somebody unknown gets an account, whose password is returned once."""
    with transaction.atomic():
        user = User.objects.filter(username=username).first()
        password = None
        if user is None:
            password = secrets.token_urlsafe(12)
            user = User.objects.create_user(username, password=password)
        _, added = Membership.objects.get_or_create(user=user, project=project, role=role)
        if added:
            record(actor, "member added", project.pk, user=user.username, role=role)
    return password


def remove_member(project: Project, actor: User, membership: Membership) -> None:
    """Take a role away; a project keeps at least one lead."""
    with transaction.atomic():
        leads = project.memberships.select_for_update().filter(role=Role.LEAD)
        if membership.role == Role.LEAD and leads.count() == 1:
            raise CqiaError("last_lead")
        record(
            actor, "member removed", project.pk, user=membership.user.username, role=membership.role
        )
        membership.delete()
        if membership.role == Role.ANNOTATOR:
            lanes.leave(project, actor, membership.user)


def publish_guideline(project: Project, author: User, text: str) -> Guideline:
    """Store the next version of the guideline; earlier decisions keep theirs."""
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        last = project.guidelines.aggregate(last=Max("version"))["last"] or 0
        guideline = Guideline.objects.create(
            project=project, version=last + 1, text=text, author=author
        )
        record(author, "guideline published", project.pk, version=guideline.version)
    return guideline


def save_endpoint(endpoint: Endpoint, actor: User) -> None:
    """Store a model server; one that judges takes over from the last of its place."""
    with transaction.atomic():
        if endpoint.judge:
            others = Endpoint.objects.filter(project=endpoint.project, judge=endpoint.judge)
            others.exclude(pk=endpoint.pk).update(judge=None)
        endpoint.save()
        record(
            actor, "endpoint saved", endpoint.project_id, name=endpoint.name, url=endpoint.base_url
        )
