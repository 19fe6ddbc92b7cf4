"""Lanes are made, changed and closed by a lead; the waiting slots follow at once."""

from collections import Counter
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from annotation import queue_order
from annotation.models import Claim, Lane, Project
from cqia.accounts.models import User, record
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError


@dataclass(frozen=True)
class Course:
    """What a lane takes, and who is in it. What is left empty is not asked for."""

    name: str
    sources: list[int] = field(default_factory=list)
    task_types: list[str] = field(default_factory=list)
    domains: list[str] = field(default_factory=list)
    members: list[int] = field(default_factory=list)


def save(project: Project, lead: User, course: Course, lane: Lane | None = None) -> Lane:
    """Make a lane, or change it. Raises CqiaError for a name that another one has, and for a lane
    that takes everything."""
    if not (course.sources or course.task_types or course.domains):
        raise CqiaError("lane_takes_all")
    with transaction.atomic():
        _lock(project)
        named = Lane.objects.open_in(project).filter(name=course.name).first()
        if named is not None and named != lane:
            raise CqiaError("lane_name_taken", {"name": course.name})
        lane = lane or Lane(project=project)
        lane.name, lane.sources = course.name, course.sources
        lane.task_types, lane.domains = course.task_types, course.domains
        lane.save()
        annotators = User.objects.filter(
            memberships__project=project, memberships__role=Role.ANNOTATOR
        )
        lane.members.set(annotators.filter(pk__in=course.members).distinct())
        record(lead, "lane saved", project.pk, name=lane.name)
        _follow(project, lead)
    return lane


def close(project: Project, lead: User, lane: Lane) -> None:
    """Give the waiting pairs of a lane back to the other lanes, or to everybody."""
    with transaction.atomic():
        _lock(project)
        lane.closed_at = timezone.now()
        lane.save(update_fields=["closed_at"])
        record(lead, "lane closed", project.pk, name=lane.name)
        _follow(project, lead)


def leave(project: Project, lead: User, user: User) -> None:
    """Take a person who annotates here no more out of the lanes; one without members takes nothing."""
    through = Lane.members.through.objects
    if through.filter(lane__in=Lane.objects.open_in(project), user=user).delete()[0]:
        _follow(project, lead)


def _lock(project: Project) -> None:
    """Two leads who change lanes at once do it one after the other."""
    Project.objects.select_for_update().get(pk=project.pk)


def _follow(project: Project, lead: User) -> None:
    """Put the waiting slots into the lanes as they now are."""
    project.has_lanes = Lane.objects.open_in(project).filter(members__isnull=False).exists()
    project.save(update_fields=["has_lanes"])
    queue_order.rearrange(project, lead)


def waiting(project: Project) -> Counter[int | None]:
    """How many free slots wait in each lane, by its id; None for those that are in no lane."""
    free = Claim.objects.of(project).filter(holder=None, parked=False).order_by()
    return Counter(dict(free.values_list("lane").annotate(count=Count("pk"))))
