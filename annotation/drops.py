"""Dropped pairs as a person sees them: which line each is beyond, and what shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from annotation.checks import CHECK_OF
from annotation.cockpit import put_down_to
from annotation.models import Finding, Pair, Project, Source, State, Transition
from annotation.thresholds import Line, beyond, lines_of, shown

_AROUND = 60  # characters of context on each side of the evidence


@dataclass(frozen=True)
class Reason:
    """Why a pair is dropped, in words; `name` and `score` are of the check that says so."""

    name: str
    score: str
    sentence: str


@dataclass(frozen=True)
class Snippet:
    """A place in a text: what shows the reason, with a little before and after it."""

    before: str
    hit: str
    after: str


@dataclass(frozen=True)
class Drop:
    pair: Pair
    answer: str
    reasons: list[Reason]
    snippet: Snippet | None


def dropped_pairs(
    project: Project, check_id: str = "", source: Source | None = None
) -> QuerySet[Pair]:
    """The dropped pairs, or those put down to one check, or those of one source."""
    pairs = Pair.objects.filter(project=project, state=State.DROPPED)
    if check_id:
        pairs = pairs.filter(
            pk__in=put_down_to(project, lines_of(project), check_id).values("pair")
        )
    return pairs.filter(source=source) if source else pairs


def explained(project: Project, pairs: Sequence[Pair]) -> list[Drop]:
    """Each pair with its reasons, by the lines as they are now."""
    lines = {line.check.id: line for line in lines_of(project)}
    found: dict[int, list[Finding]] = {pair.pk: [] for pair in pairs}
    for finding in Finding.objects.filter(beyond(lines.values()), pair__in=found):
        found[finding.pair_id].append(finding)
    order = list(lines)
    before = _earlier([pair.pk for pair in pairs if not found[pair.pk]])
    return [
        _drop(
            pair, lines, sorted(found[pair.pk], key=lambda one: order.index(one.check_id)), before
        )
        for pair in pairs
    ]


def snippet(texts: Sequence[str], evidence: str) -> Snippet | None:
    """The first place where the evidence (its first piece) stands in one of the texts."""
    piece = evidence.split(" … ")[0]
    for text in texts:
        at = text.find(piece) if piece else -1
        if at >= 0:
            end = at + len(piece)
            head = ("…" if at > _AROUND else "") + text[max(at - _AROUND, 0) : at]
            tail = text[end : end + _AROUND] + ("…" if len(text) > end + _AROUND else "")
            return Snippet(head, piece, tail)
    return None


def _drop(
    pair: Pair, lines: dict[str, Line], findings: Sequence[Finding], before: dict[int, Reason]
) -> Drop:
    answers = [response.text for response in pair.responses.all()]
    reasons = [reason_of(lines[one.check_id], one) for one in findings]
    if not reasons and pair.pk in before:
        reasons = [before[pair.pk]]
    evidence = findings[0].evidence if findings else ""
    place = snippet([pair.instruction, pair.input, *answers], evidence)
    return Drop(pair, answers[0] if answers else "", reasons, place)


def reason_of(line: Line, finding: Finding) -> Reason:
    sentence = line.explain(finding.score, finding.evidence)
    return Reason(str(line.check.name), shown(line.check, finding.score), sentence)


def _earlier(ids: Sequence[int]) -> dict[int, Reason]:
    """What was said when they were dropped, of pairs that no line drops any more."""
    drops = Transition.objects.filter(pair__in=ids, verb="drop").order_by("id")
    sentence = _("Dropped by an earlier line; it will be decided on anew.")
    return {
        drop.pair_id: Reason(
            str(CHECK_OF[drop.reason].name) if drop.reason in CHECK_OF else "", "", sentence
        )
        for drop in drops
    }
