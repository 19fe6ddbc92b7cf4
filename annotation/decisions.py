"""What an annotator decides on a pair: accept, rewrite, reject or rank."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone

from annotation import answers, drafts, queue, workflow
from annotation.answers import Original
from annotation.models import Annotation, Claim, Pair, Project, Response
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError

Verb = Annotation.Verb


class LeaseLost(CqiaError):
    """The pair went back to the queue, or somebody else has it."""

    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__("lease_lost")


@dataclass(frozen=True)
class Decision:
    """A decision as it was typed. `places` gives each answer, by its number on the page, a place."""

    verb: str
    text: str = ""
    reason: str = ""
    note: str = ""
    places: dict[int, int] = field(default_factory=dict)
    guideline_id: int | None = None  # the version that was on the page
    draft: int | None = None  # the revision of the draft it began from
    seat: str = ""  # of the page, see drafts.Edit

    @property
    def edit(self) -> drafts.Edit:
        return drafts.Edit(self.fields, self.draft, self.seat)

    @property
    def fields(self) -> dict[str, Any]:
        places = {str(number): place for number, place in self.places.items()}
        return {"text": self.text, "reason": self.reason, "note": self.note, "places": places}


@dataclass(frozen=True)
class Outcome:
    """What a decision comes to: the answer it stands for, or the order of all of them."""

    verb: str
    response_id: int | None = None
    ranking: Sequence[int] = ()
    reason: str = ""


def submit(user: User, project: Project, claim_id: int, decision: Decision) -> None:
    """Record the decision, finish the slot, and with the last slot move the pair; all or nothing.

    Safe to repeat: a decision whose answer was lost on the way counts once. Raises LeaseLost, StaleState
    or a CqiaError that says what is missing; the text is then kept as a draft.
    """
    claim = get_object_or_404(Claim.objects.of(project), pk=claim_id)
    try:
        _record(user, claim, decision)
    except CqiaError:
        drafts.rescue(user, claim.pair_id, decision.edit)
        raise


@transaction.atomic
def _record(user: User, claim: Claim, decision: Decision) -> None:
    left = queue.finish(claim, user)
    if left is None:
        if Claim.objects.done().filter(pk=claim.pk, holder=user).exists():
            return
        raise LeaseLost
    outcome = _outcome(user, claim, decision)
    Annotation.objects.create(
        pair_id=claim.pair_id,
        claim=claim,
        author=user,
        verb=outcome.verb,
        response_id=outcome.response_id,
        ranking=list(outcome.ranking),
        reason=outcome.reason,
        note=drafts.typed(decision.note),
        guideline_id=decision.guideline_id,
        seconds=_seconds(claim),
    )
    drafts.forget(user, claim.pair_id, decision.edit)
    if left == 0:
        workflow.move("annotate", Pair(pk=claim.pair_id), user)


def _seconds(claim: Claim) -> float:
    began = claim.held_since
    return (timezone.now() - began).total_seconds() if began else 0.0


def _outcome(user: User, claim: Claim, decision: Decision) -> Outcome:
    if decision.verb == Verb.REJECT:
        if decision.reason not in Annotation.Reason.values:
            raise CqiaError("reason_missing")
        return Outcome(Verb.REJECT, reason=decision.reason)
    shown = answers.shown(claim, user)
    if decision.verb == Verb.RANK:
        ranking = _ranked(shown, decision.places)
        return Outcome(Verb.RANK, ranking[0], ranking)
    if len(shown) > 1:
        raise CqiaError("not_ranked")
    original = shown[0] if shown else None
    if decision.verb == Verb.ACCEPT:
        if original is None:
            raise CqiaError("no_answer")
        return Outcome(Verb.ACCEPT, original.pk)
    return _rewritten(user, claim, original, drafts.typed(decision.text))


def _ranked(shown: Sequence[Original], places: dict[int, int]) -> list[int]:
    """The ids of the answers, best first."""
    if len(shown) < 2:
        raise CqiaError("one_answer")
    numbers = range(1, len(shown) + 1)
    if sorted(places) != list(numbers) or sorted(places.values()) != list(numbers):
        raise CqiaError("rank_all")
    return [shown[number - 1].pk for number in sorted(places, key=lambda number: places[number])]


def _rewritten(user: User, claim: Claim, original: Original | None, text: str) -> Outcome:
    """A new answer whose parent is the original; an unchanged one accepts it."""
    if not text.strip():
        raise CqiaError("empty_rewrite")
    if original is not None and text.strip() == drafts.typed(original.text).strip():
        return Outcome(Verb.ACCEPT, original.pk)
    written = Response.objects.create(
        pair_id=claim.pair_id,
        text=text,
        origin=Response.Origin.HUMAN,
        author=user,
        parent_id=original.pk if original else None,
    )
    return Outcome(Verb.REWRITE, written.pk)
