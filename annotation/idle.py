"""Why there is no work for a person, and when there may be some."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, Min, OuterRef, Q
from django.utils import timezone

from annotation import routing
from annotation.models import Claim, Pair, Project, Skip, State
from annotation.models.claim import ClaimQuerySet
from cqia.accounts.models import User


class Idle(StrEnum):
    """What keeps work from somebody; the first of these that holds is told."""

    PAUSED = "paused"  # the lead says why
    PUT_OFF = "put_off"  # what is left they skipped, and the first comes back at a known time
    SKIPPED = "skipped"  # what is left they skipped
    SECOND_PERSON = "second_person"  # what is open has their decision already
    HELD = "held"  # others are on the rest
    PARKED = "parked"  # what is left was skipped, and waits for the lead
    LANE_EMPTY = "lane_empty"  # their lanes are done; elsewhere there is work
    OTHER_LANES = "other_lanes"  # all that waits is in lanes of others
    ALL_DONE = "all_done"
    NOTHING_PASSED = "nothing_passed"  # it waits for the pre-filter, or was dropped
    NOTHING_IMPORTED = "nothing_imported"


@dataclass(frozen=True)
class Nothing:
    """No work: why, how many pairs are concerned, and when the first may come free.

    `note` is what the lead says of a pause.
    """

    reason: Idle
    count: int = 0
    until: datetime | None = None
    note: str = ""


def why_idle(user: User, project: Project) -> Nothing:
    """Asked only where `queue.claim_next` found nothing."""
    if project.paused_at is not None:
        return Nothing(Idle.PAUSED, note=project.pause_note)
    claims = Claim.objects.of(project).ordinary().filter(done_at=None)
    reach = _reach(user, project)
    return (
        _waiting_for_them(user, claims.filter(reach))
        or _elsewhere(claims, reach)
        or Nothing(_nothing_left(project))
    )


def _reach(user: User, project: Project) -> Q:
    """Slots that this person would be given: of their lanes, else of no lane."""
    mine = routing.lanes_of(user, project) if project.has_lanes else []
    return Q(lane__in=mine) if mine else Q(lane=None)


def _waiting_for_them(user: User, within: ClaimQuerySet) -> Nothing | None:
    """What is left where they look: put off by themselves, decided by themselves, or with others."""
    free = within.filter(holder=None, parked=False)
    put_off = Skip.objects.filter(user=user, ended_at=None).filter(
        Q(until=None) | Q(until__gt=timezone.now())
    )
    skipped = free.filter(Exists(put_off.filter(pair=OuterRef("pair"))))
    if number := skipped.count():
        first = put_off.filter(pair__in=skipped.values("pair")).aggregate(at=Min("until"))["at"]
        return Nothing(Idle.PUT_OFF if first else Idle.SKIPPED, number, first)
    if number := free.count():
        return Nothing(Idle.SECOND_PERSON, number)
    held = within.filter(holder__isnull=False)
    if number := held.count():
        return Nothing(Idle.HELD, number, held.aggregate(at=Min("held_until"))["at"])
    return None


def _elsewhere(claims: ClaimQuerySet, reach: Q) -> Nothing | None:
    """What is left where they do not look."""
    waits = Q(pair__state__in=(State.QUEUED, State.RETURNED))  # not dropped by the lead
    parked = claims.filter(waits, holder=None, parked=True).values("pair")
    if number := parked.distinct().count():
        return Nothing(Idle.PARKED, number)
    if number := claims.exclude(reach).filter(parked=False).count():
        outside = reach == Q(lane=None)
        return Nothing(Idle.OTHER_LANES if outside else Idle.LANE_EMPTY, number)
    return None


def _nothing_left(project: Project) -> Idle:
    if Claim.objects.of(project).exists():
        return Idle.ALL_DONE
    waits = Pair.objects.filter(project=project).exists()
    return Idle.NOTHING_PASSED if waits else Idle.NOTHING_IMPORTED
