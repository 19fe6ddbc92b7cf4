"""What a decision comes to: the rules of each verb, on plain data, without a database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from annotation import desk_fields
from annotation.answers import Original, Seen
from annotation.desk_forms import Form
from annotation.drafts import Edit, typed
from annotation.models import Annotation, Mode
from cqia.lib.errors import CqiaError

Verb = Annotation.Verb


@dataclass(frozen=True)
class Decision:
    """A decision as it was typed. Answers go by their numbers on this person's page, from 1.

    `places`: the place of each answer, equal ones are tied. `best`: the answer that was picked.
    `instruction` and `input`: the prompt as it was edited, None where it was not on the page.
    `form`: the version that was on the page. `draft` and `seat`: as of annotation.drafts.Edit.
    """

    verb: str
    text: str = ""
    instruction: str | None = None
    input: str | None = None
    tag: str = ""
    reasons: Sequence[str] = ()
    note: str = ""
    places: Mapping[int, int] = field(default_factory=dict)
    all_bad: bool = False
    best: int | None = None
    ratings: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    flaw: str = ""
    form: int | None = None
    guideline_id: int | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    draft: int | None = None
    seat: str = ""  # of the page, see drafts.Edit

    @property
    def edit(self) -> Edit:
        """What a draft keeps of it, and which draft it began from."""
        fields = {
            "text": self.text,
            "instruction": self.instruction,
            "input": self.input,
            "tag": self.tag,
            "reasons": list(self.reasons),
            "note": self.note,
            "places": {str(number): place for number, place in self.places.items()},
            "all_bad": self.all_bad,
            "best": self.best,
            "ratings": dict(self.ratings),
            "fields": dict(self.fields),
            "flaw": self.flaw,
        }
        return Edit(fields, self.draft, self.seat)


@dataclass(frozen=True)
class Outcome:
    """What is recorded. `written` is a new answer, whose parent is `response_id`."""

    verb: str
    response_id: int | None = None
    written: str = ""
    tiers: Sequence[Sequence[int]] = ()
    all_bad: bool = False
    reasons: Sequence[str] = ()
    tag: str = ""
    ratings: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    flaw: str = ""
    instruction: str | None = None
    input: str | None = None

    def is_recorded_by(self, annotation: Annotation) -> bool:
        """Whether this is what the annotation says, be it with other notes beside it."""
        said = annotation.response
        answer = (said.text if said else "") if self.written else annotation.response_id
        return (
            annotation.verb == self.verb
            and answer == (self.written or self.response_id)
            and annotation.tiers == [list(tier) for tier in self.tiers]
            and annotation.reasons == list(self.reasons)
            and (annotation.instruction, annotation.input) == (self.instruction, self.input)
        )


def outcome_of(decision: Decision, form: Form, seen: Seen) -> Outcome:
    """Raises a CqiaError that says what is missing or cannot be."""
    judged = _JUDGED.get(decision.verb)
    if judged is None:
        raise CqiaError("unknown_verb")
    outcome = judged(_with_prompt(decision, seen), form, seen.answers)
    fields = desk_fields.answered(form, outcome.verb, decision.fields)
    return replace(outcome, fields=fields)


def _with_prompt(decision: Decision, seen: Seen) -> Decision:
    """With the edits of the prompt, None where it is as it was imported."""
    instruction = _edited(decision.instruction, seen.instruction)
    if instruction is not None and not instruction.strip():
        raise CqiaError("instruction_empty")
    return replace(decision, instruction=instruction, input=_edited(decision.input, seen.input))


def _edited(text: str | None, original: str) -> str | None:
    if text is None or typed(text).strip() == typed(original).strip():
        return None
    return typed(text)


def _rejected(decision: Decision, form: Form, answers: Sequence[Original]) -> Outcome:
    known = {reason.key for reason in form.reasons}
    if not decision.reasons or not known.issuperset(decision.reasons):
        raise CqiaError("reason_missing")
    return Outcome(Verb.REJECT, reasons=list(dict.fromkeys(decision.reasons)))


def _ranked(decision: Decision, form: Form, answers: Sequence[Original]) -> Outcome:
    if len(answers) < 2:
        raise CqiaError("one_answer")
    if form.mode == Mode.PICK:
        raise CqiaError("not_picked")
    complete = sorted(decision.places) == list(range(1, len(answers) + 1))
    tiers = _tiers(decision.places, answers) if complete else []
    if decision.all_bad:
        return Outcome(Verb.RANK, tiers=tiers, all_bad=True)
    if not complete:
        raise CqiaError("rank_all")
    best = tiers[0][0]
    return Outcome(Verb.RANK, best, tiers=tiers, **_changes(decision, form))


def _tiers(places: Mapping[int, int], answers: Sequence[Original]) -> list[list[int]]:
    """The ids of the answers, best tier first, each tier in the order of the page."""
    return [
        [answers[number - 1].pk for number in sorted(places) if places[number] == place]
        for place in sorted(set(places.values()))
    ]


def _picked(decision: Decision, form: Form, answers: Sequence[Original]) -> Outcome:
    if form.mode != Mode.PICK or len(answers) < 2:
        raise CqiaError("not_ranked" if len(answers) > 1 else "one_answer")
    best = _one_of(decision, form, answers)
    assert best is not None
    return _as_it_is(Verb.PICK, best, decision, form)


def _accepted(decision: Decision, form: Form, answers: Sequence[Original]) -> Outcome:
    if len(answers) > 1:
        raise CqiaError("not_picked" if form.mode == Mode.PICK else "not_ranked")
    if not answers:
        raise CqiaError("no_answer")
    return _as_it_is(Verb.ACCEPT, answers[0], decision, form)


def _as_it_is(verb: str, answer: Original, decision: Decision, form: Form) -> Outcome:
    """An answer that stays; whose prompt was edited, that is a rewrite nevertheless."""
    ratings = desk_fields.rated(form, decision.ratings, complete=True)
    if any(one.is_low(ratings[one.key]) for one in form.criteria):
        raise CqiaError("below_the_line")
    changes = _changes(decision, form)
    if verb == Verb.ACCEPT and (decision.instruction, decision.input) != (None, None):
        verb = Verb.REWRITE
    return Outcome(verb, answer.pk, ratings=ratings, **changes)


def _rewritten(decision: Decision, form: Form, answers: Sequence[Original]) -> Outcome:
    """A new answer; one that changes nothing accepts or picks the one there."""
    original = _one_of(decision, form, answers)
    text = typed(decision.text)
    if not text.strip():
        raise CqiaError("empty_rewrite")
    if original is not None and text.strip() == typed(original.text).strip():
        verb = Verb.PICK if len(answers) > 1 else Verb.ACCEPT
        return _as_it_is(verb, original, decision, form)
    flaw = typed(decision.flaw).strip()
    if form.mode == Mode.FLAW and original is not None and not flaw:
        raise CqiaError("flaw_missing")
    return Outcome(
        Verb.REWRITE,
        original.pk if original else None,
        written=text,
        flaw=flaw,
        ratings=desk_fields.rated(form, decision.ratings, complete=False),
        **_changes(decision, form),
    )


def _one_of(decision: Decision, form: Form, answers: Sequence[Original]) -> Original | None:
    """The answer at hand: the only one, or of several the one that was picked."""
    if len(answers) < 2:
        return answers[0] if answers else None
    if form.mode != Mode.PICK:
        raise CqiaError("not_ranked")
    if decision.best is None or not 1 <= decision.best <= len(answers):
        raise CqiaError("not_picked")
    return answers[decision.best - 1]


def _changes(decision: Decision, form: Form) -> dict[str, Any]:
    if decision.tag and decision.tag not in {tag.key for tag in form.tags}:
        raise CqiaError("unknown_tag")
    return {
        "tag": decision.tag,
        "instruction": decision.instruction,
        "input": decision.input,
    }


_JUDGED: Mapping[str, Callable[[Decision, Form, Sequence[Original]], Outcome]] = {
    Verb.ACCEPT: _accepted,
    Verb.REWRITE: _rewritten,
    Verb.REJECT: _rejected,
    Verb.RANK: _ranked,
    Verb.PICK: _picked,
}
