"""The pairs on both sides of a check's line, for people to look at and to label."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import MD5, Cast, Concat

from annotation import labels
from annotation.drops import Snippet, snippet
from annotation.line_quality import Bound
from annotation.models import Finding, Project, ScoreLabel
from annotation.thresholds import Line

SIDE = 20  # cards a side and page
PAGES = 50


@dataclass(frozen=True)
class Card:
    finding: Finding
    answer: str
    snippet: Snippet | None
    label: ScoreLabel | None


@dataclass(frozen=True)
class Sides:
    """Cards beyond and within a line; `further` is the next page, if either side has one."""

    outside: list[Card]
    inside: list[Card]
    further: int | None = None


def bounds_of(line: Line) -> list[Bound]:
    """The bounds that a line has."""
    both: list[tuple[Bound, float | None]] = [("low", line.low), ("high", line.high)]
    return [name for name, at in both if at is not None]


def near(project: Project, line: Line, bound: Bound, page: int = 1) -> Sides:
    """The pairs nearest to one bound of a line, SIDE on each side; further away page by page."""
    found = _findings(project, line)
    low, high = line.low, line.high
    if bound == "low":
        outside = found.filter(score__lt=low).order_by("-score", "pair_id")
        inside = found.filter(score__gte=low).order_by("score", "pair_id")
    else:
        outside = found.filter(score__gt=high).order_by("score", "pair_id")
        inside = found.filter(score__lte=high).order_by("-score", "pair_id")
    inside = inside.exclude(line.beyond)
    start = (page - 1) * SIDE
    parts = [list(side[start : start + SIDE + 1]) for side in (outside, inside)]
    more = any(len(part) > SIDE for part in parts) and page < PAGES
    out, kept = (_cards(project, line, part[:SIDE]) for part in parts)
    return Sides(out, kept, page + 1 if more else None)


def drawn(project: Project, line: Line) -> Sides:
    """The next SIDE pairs of each side in an order that has nothing to do with their scores.

    The order is fixed, so that nobody picks by loading the page anew. What was drawn and labelled
    is left out; a label that a pair was given for its score is not shown, to be given again.
    """
    known = ScoreLabel.objects.filter(
        project=project, check_id=line.check.id, pair=OuterRef("pair"), drawn=True
    )
    found = _findings(project, line).exclude(Exists(known))
    found = found.order_by(MD5(Concat(Cast("pair_id", CharField()), Value(line.check.id))))
    beyond = found.filter(line.beyond)[:SIDE]
    within = found.exclude(line.beyond)[:SIDE]
    return Sides([card_of(one, None) for one in beyond], [card_of(one, None) for one in within])


def sizes(project: Project, line: Line) -> tuple[int, int]:
    """How many pairs lie beyond and within a line."""
    found = Finding.objects.of(project).filter(check_id=line.check.id)
    beyond = found.filter(line.beyond).count()
    return beyond, found.count() - beyond


def card_of(finding: Finding, label: ScoreLabel | None) -> Card:
    pair = finding.pair
    answers = [response.text for response in pair.responses.all() if response.author_id is None]
    place = snippet([pair.instruction, pair.input, *answers], finding.evidence)
    return Card(finding, answers[0] if answers else "", place, label)


def _findings(project: Project, line: Line) -> QuerySet[Finding]:
    found = Finding.objects.of(project).filter(check_id=line.check.id)
    return found.select_related("pair").prefetch_related("pair__responses")


def _cards(project: Project, line: Line, findings: Sequence[Finding]) -> list[Card]:
    known = labels.labels_of(project, line.check.id, [one.pair_id for one in findings])
    return [card_of(one, known.get(one.pair_id)) for one in findings]
