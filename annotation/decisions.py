"""What an annotator decides on a pair: accept, rewrite, reject, rank, or pick the best."""

from dataclasses import dataclass
from typing import ClassVar

from django.db import transaction
from django.utils import timezone

from annotation import (
    answers,
    desk_forms,
    drafts,
    evidence,
    live_hints,
    opinions,
    outcomes,
    queue,
    workflow,
)
from annotation.answers import Seen
from annotation.desk_forms import Form
from annotation.models import Annotation, Claim, ModelDraft, Pair, Project, Response
from annotation.outcomes import Decision, Outcome
from cqia.accounts.models import User
from cqia.lib import diff, rows
from cqia.lib.errors import CqiaError

__all__ = ["DecidedAlready", "Decision", "LeaseLost", "Work", "submit", "work_on", "write"]

# A model's draft of which more than this share was changed is a person's answer (ours).
MOSTLY_NEW = 0.6


class LeaseLost(CqiaError):
    """The pair went back to the queue, or somebody else has it."""

    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__("lease_lost")


class DecidedAlready(CqiaError):
    """This person decided otherwise on the pair, on another page."""

    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__("decided_already")


@dataclass(frozen=True)
class Work:
    """Who decides, in which slot, on what, by which form."""

    user: User
    project: Project
    claim: Claim
    seen: Seen
    form: Form


def work_on(user: User, project: Project, claim_id: int, decision: Decision) -> Work:
    """Everything a decision is judged by, in one round trip; 404 for a slot of another project."""
    claim, seen = answers.at_hand(user, project, claim_id)
    return Work(user, project, claim, seen, desk_forms.seen(project, decision.form))


def submit(user: User, project: Project, claim_id: int, decision: Decision) -> None:
    """Record the decision, finish the slot, and with the last slot move the pair; all or nothing.

    Safe to repeat: a decision whose answer was lost on the way counts once. Raises LeaseLost,
    DecidedAlready, StaleState or a CqiaError that says what is missing; the text is then kept as a draft.
    """
    work = work_on(user, project, claim_id, decision)
    try:
        _record(work, decision)
    except CqiaError:
        drafts.rescue(user, work.claim.pair_id, decision.edit)
        raise


@transaction.atomic
def _record(work: Work, decision: Decision) -> None:
    user, claim = work.user, work.claim
    finished = queue.finish(claim, user)
    if finished is None:
        if not Claim.objects.done().filter(pk=claim.pk, holder=user).exists():
            raise LeaseLost
        if not _is_late_echo(work, decision):
            raise DecidedAlready
        return
    write(work, decision, _seconds(claim))
    drafts.must_have_seen(finished.draft, decision.edit)
    if finished.left == 0 and opinions.is_settled(claim, work.project):
        workflow.move("annotate", Pair(pk=claim.pair_id), user)


def _is_late_echo(work: Work, decision: Decision) -> bool:
    """Whether a decision that comes again is the one that was recorded: its answer was lost."""
    outcome = outcomes.outcome_of(decision, work.form, work.seen)
    mine = Annotation.objects.filter(claim=work.claim, author=work.user).select_related("response")
    return any(outcome.is_recorded_by(annotation) for annotation in mine)


def _seconds(claim: Claim) -> float:
    began = claim.held_since
    return (timezone.now() - began).total_seconds() if began else 0.0


def write(work: Work, decision: Decision, seconds: float) -> Annotation:
    """Store what the decision comes to, in the caller's transaction; what else follows is theirs."""
    outcome = outcomes.outcome_of(decision, work.form, work.seen)
    if outcome.written:
        live_hints.refuse(work.claim.project_id, outcome.written)
    annotation = Annotation(
        pair_id=work.claim.pair_id,
        claim=work.claim,
        author=work.user,
        verb=outcome.verb,
        response_id=_written(work, outcome) if outcome.written else outcome.response_id,
        shown=[answer.pk for answer in work.seen.answers],
        tiers=outcome.tiers,
        all_bad=outcome.all_bad,
        reasons=outcome.reasons,
        tag=outcome.tag,
        ratings=outcome.ratings,
        fields=outcome.fields,
        note=drafts.typed(decision.note),
        flaw=outcome.flaw,
        instruction=outcome.instruction,
        input=outcome.input,
        form_id=work.form.pk,
        guideline_id=decision.guideline_id,
        seconds=seconds,
    )
    evidence.keep(annotation, decision.evidence)
    rows.insert(annotation)
    return annotation


def _written(work: Work, outcome: Outcome) -> int:
    """A new answer whose parent is the one it was made of. What a model drafted stays a model's,
    human-checked, unless most of it was written anew."""
    drafted = _model_draft(work) if outcome.flaw else None
    is_models = drafted is not None and _changed(drafted.text, outcome.written) <= MOSTLY_NEW
    response = Response(
        pair_id=work.claim.pair_id,
        text=outcome.written,
        origin=Response.Origin.LLM if is_models else Response.Origin.HUMAN,
        model=drafted.model[:120] if drafted is not None and is_models else "",
        author=work.user,
        parent_id=outcome.response_id,
    )
    rows.insert(response)
    if drafted is not None:
        ModelDraft.objects.filter(pk=drafted.pk).update(response=response)
    return response.pk


def _model_draft(work: Work) -> ModelDraft | None:
    """The latest one that this person got for the pair."""
    mine = ModelDraft.objects.filter(pair=work.claim.pair_id, author=work.user)
    return mine.exclude(text="").order_by("-id").first()


def _changed(before: str, after: str) -> float:
    return diff.summary(diff.diff(drafts.typed(before), after)).changed_ratio
