"""A person's own work in a project: what they decided, what came back to them, what they put off."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise

from annotation.models import Annotation, Claim, Project, Skip, State, Transition
from cqia.accounts.models import User

# Nobody has reviewed a pair that stands here.
UNREVIEWED = (State.QUEUED, State.ANNOTATED)


@dataclass(frozen=True)
class Stand:
    """Where a decision stands, as its author may know it."""

    state: str
    label: str | Promise
    mendable: bool


def submitted(user: User, project: Project) -> QuerySet[Annotation]:
    """The decisions of this person that count; of one that was mended, the latest."""
    later = Annotation.objects.filter(claim=OuterRef("claim"), pk__gt=OuterRef("pk"))
    mine = Annotation.objects.filter(~Exists(later), author=user, pair__project=project)
    return mine.select_related("pair__source", "claim")


def stand(annotation: Annotation) -> Stand:
    """A pair whose right decision is known looks like any other that waits for its review."""
    state = State(annotation.pair.state)
    if annotation.claim.gold_id:
        state = State.ANNOTATED
    return Stand(state, state.label, state in UNREVIEWED)


def sent_back(user: User, project: Project) -> QuerySet[Transition]:
    """Each time a reviewer sent back a pair that this person had decided on."""
    mine = Annotation.objects.filter(
        pair=OuterRef("pair"), author=user, created_at__lt=OuterRef("at")
    )
    returned = Transition.objects.filter(Exists(mine), verb="return", pair__project=project)
    return returned.select_related("pair__source")


def skipped(user: User, project: Project) -> QuerySet[Skip]:
    mine = Skip.objects.filter(user=user, pair__project=project)
    return mine.select_related("pair__source")


def is_put_off(skip: Skip, now: datetime) -> bool:
    """Whether the pair is still kept from the person who skipped it."""
    return skip.ended_at is None and (skip.until is None or skip.until > now)


def to_mend(user: User, project: Project) -> int:
    """How many pairs wait for this person to mend them."""
    held = Claim.objects.of(project).filter(holder=user, done_at=None)
    return held.filter(pair__state=State.RETURNED).count()


def waiting_skips(user: User, project: Project, now: datetime) -> int:
    open_ones = Q(ended_at=None) & (Q(until=None) | Q(until__gt=now))
    return skipped(user, project).filter(open_ones).count()
