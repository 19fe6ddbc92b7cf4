"""Second thoughts: the last decision is taken back, and one that nobody has reviewed is mended.

Both lock the pair's slots before the pair, as a submit and a review do, so that none waits for another
in a ring.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone

from annotation import begun, decisions, drafts, opinions, queue, workflow
from annotation.drafts import Edit
from annotation.models import Annotation, Claim, Pair, Project, Response, State, Transition
from annotation.outcomes import Decision
from annotation.workflow import StaleState
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError

UNDO_WITHIN = timedelta(seconds=30)
_UNREVIEWED = (State.QUEUED, State.RETURNED, State.ANNOTATED)


class TooLate(CqiaError):
    """There is no decision of this person's that is young enough to be taken back."""

    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__("undo_too_late", {"seconds": int(UNDO_WITHIN.total_seconds())})


class MendedElsewhere(CqiaError):
    """The decision is not the last one any more: another page has mended it."""

    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__("mended_elsewhere")


@transaction.atomic
def undo(user: User, project: Project, claim_id: int | None = None) -> Claim:
    """Take back one's last submit, or that of this slot: what was decided is the draft again.

    The slot is held again, and the pair goes back to where it was. Raises TooLate, and StaleState where
    it was reviewed since.
    """
    claim = _last_done(user, project, claim_id)
    _lock_slots(claim)
    again = Claim.objects.filter(pk=claim.pk, holder=user, done_at__gte=_earliest()).update(
        done_at=None, held_until=timezone.now() + queue.lease_of(project)
    )
    if not again:
        raise TooLate
    if claim.gold_id is None:
        _move_back(claim.pair_id, user)
        opinions.withdraw(claim.pair_id, project)
    annotation = claim.annotations.select_related("response").latest("id")
    fields = asdict(begun.of_decision(annotation, annotation.shown))
    drafts.rescue(user, claim.pair_id, Edit(fields))
    _delete(annotation)
    return claim


def _earliest() -> datetime:
    return timezone.now() - UNDO_WITHIN


def _last_done(user: User, project: Project, claim_id: int | None) -> Claim:
    done = Claim.objects.of(project).filter(holder=user, done_at__gte=_earliest())
    if claim_id is not None:
        done = done.filter(pk=claim_id)
    claim: Claim | None = done.order_by("-done_at").first()
    if claim is None:
        raise TooLate
    return claim


def _lock_slots(claim: Claim) -> None:
    slots = Claim.objects.filter(pair=claim.pair_id).order_by("pk")
    list(slots.select_for_update().values_list("pk"))


def _move_back(pair_id: int, user: User) -> None:
    """To where the pair was before its last slot was done; it stays while others are open."""
    pair = Pair.objects.get(pk=pair_id)
    if pair.state == State.ANNOTATED:
        moves = Transition.objects.filter(pair=pair, verb="annotate")
        was = moves.values_list("before", flat=True).latest("id")
        workflow.move("unmend" if was == State.RETURNED else "undo", pair, user)
    elif pair.state not in _UNREVIEWED:
        raise StaleState


def _delete(annotation: Annotation) -> None:
    """With the answer that it wrote."""
    answer = annotation.response
    annotation.delete()
    if answer is not None and answer.author_id is not None:
        Response.objects.filter(pk=answer.pk).delete()


def may_mend(annotation: Annotation) -> bool:
    """Whether its author may decide anew: it counts, and nobody has reviewed it yet."""
    claim = annotation.claim
    newer = claim.annotations.filter(pk__gt=annotation.pk)
    return _is_unreviewed(claim) and not newer.exists()


def _is_unreviewed(claim: Claim) -> bool:
    """A pair with a known decision is never reviewed; one that was sent back waits on the desk."""
    if claim.done_at is None:
        return False
    open_ = Pair.objects.in_state(*_UNREVIEWED).filter(pk=claim.pair_id)
    return claim.gold_id is not None or open_.exists()


def mend(user: User, project: Project, annotation_id: int, decision: Decision) -> Annotation:
    """Decide anew on what one has decided on: a new Annotation in the same slot, the last one counts.

    Raises StaleState where it was reviewed since, MendedElsewhere, and what a submit raises of a
    decision; what was typed is then kept as a draft.
    """
    old = get_object_or_404(
        Annotation.objects.select_related("claim"),
        pk=annotation_id,
        author=user,
        claim__project=project,
    )
    work = decisions.work_on(user, project, old.claim_id, decision)
    try:
        with transaction.atomic():
            _lock_slots(old.claim)
            old.claim.refresh_from_db(fields=["done_at"])
            if not _is_unreviewed(old.claim):
                raise StaleState
            if old.claim.annotations.filter(pk__gt=old.pk).exists():
                raise MendedElsewhere
            new = decisions.write(work, decision, old.seconds)
            drafts.forget(user, old.pair_id, decision.edit)
            return new
    except CqiaError:
        drafts.rescue(user, old.pair_id, decision.edit)
        raise
