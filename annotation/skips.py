"""Pairs that people did not want to decide on: why, where they go by the project's policy, how many."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation import queue, workflow
from annotation.models import Claim, Pair, Project, Skip, SkipPolicy, State
from annotation.workflow import Wanted
from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError


@transaction.atomic
def skip(claim: Claim, user: User, project: Project, reason: str, note: str = "") -> bool:
    """Free one's own slot, and put it at the very end of the queue; False where the lease was lost.

    It does not come back to this person: until they `take_up` what they put off, until some minutes
    have passed, or until the lead sends it back, by the project's policy. Raises CqiaError for a
    reason that is unknown, or that says nothing.
    """
    if reason not in Skip.Reason.values:
        raise CqiaError("skip_reason_unknown")
    if reason == Skip.Reason.OTHER and not note.strip():
        raise CqiaError("skip_note_missing")
    if not queue.give_up(claim, user):
        return False
    policy = SkipPolicy.OTHERS if claim.gold_id else SkipPolicy(project.skip_policy)
    if policy == SkipPolicy.LEAD:
        Claim.objects.filter(pair=claim.pair_id, holder=None).update(parked=True)
    _open(claim, user).update(ended_at=timezone.now())
    later = Now() + timedelta(minutes=project.skip_minutes)  # by the clock that the queue reads
    Skip.objects.create(
        pair_id=claim.pair_id,
        user=user,
        reason=reason,
        note=note.strip(),
        policy=policy,
        until=later if policy == SkipPolicy.LATER else None,
    )
    return True


def _open(claim: Claim, user: User) -> QuerySet[Skip]:
    return Skip.objects.filter(pair=claim.pair_id, user=user, ended_at=None)


def take_up(user: User, project: Project) -> int:
    """Give the pairs that this person skipped another chance; returns how many.

    Those that wait for the lead stay there.
    """
    parked = Claim.objects.filter(pair=OuterRef("pair"), parked=True)
    mine = Skip.objects.filter(user=user, pair__project=project, ended_at=None)
    return mine.exclude(Exists(parked)).update(ended_at=timezone.now())


@transaction.atomic
def send_back(project: Project, lead: User, pair_ids: Iterable[int]) -> int:
    """Put parked pairs into the queue again, near its front and for everybody; returns how many."""
    parked = Claim.objects.of(project).filter(pair__in=list(pair_ids), parked=True)
    ids = set(parked.values_list("pair", flat=True))
    parked.update(parked=False, place=F("pair_id"))
    Skip.objects.filter(pair__in=ids, ended_at=None).update(ended_at=timezone.now())
    record(lead, "skipped pairs sent back", project.pk, count=len(ids))
    return len(ids)


@transaction.atomic
def drop(project: Project, lead: User, pair_ids: Iterable[int], note: str = "") -> int:
    """Reject parked pairs; returns how many. One that somebody is at stays.

    Its slots stay parked, so that nobody is given it.
    """
    slots = Claim.objects.of(project).filter(pair__in=list(pair_ids)).order_by("pair", "slot")
    locked = list(slots.select_for_update())
    held = {slot.pair_id for slot in locked if slot.holder_id and slot.done_at is None}
    ids = {slot.pair_id for slot in locked if slot.parked} - held
    moved = workflow.move_many("dismiss", [Wanted(pk, note=note) for pk in sorted(ids)], lead)
    Claim.objects.filter(pair__in=moved, holder=None).update(parked=True)
    return len(moved)


def parked(project: Project) -> QuerySet[Pair]:
    """The pairs that wait for the lead."""
    slots = Claim.objects.of(project).filter(parked=True)
    waits = Pair.objects.in_state(State.QUEUED, State.RETURNED)
    return waits.filter(project=project, pk__in=slots.values("pair"))


def passed_on(project: Project) -> QuerySet[Pair]:
    """The pairs in the queue, or with the lead, that somebody has skipped."""
    waits = Pair.objects.in_state(State.QUEUED, State.RETURNED)
    skipped = Skip.objects.filter(pair__project=project)
    return waits.filter(project=project, pk__in=skipped.values("pair"))


def by_reason(project: Project) -> list[tuple[str, int]]:
    """How often pairs were skipped in this project, for each reason, the commonest first."""
    rows = Skip.objects.filter(pair__project=project).values_list("reason").order_by()
    labels = dict(Skip.Reason.choices)
    counted = rows.annotate(number=Count("pk")).order_by("-number", "reason")
    return [(str(labels.get(reason, _("No reason given"))), number) for reason, number in counted]
