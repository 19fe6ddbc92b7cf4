"""The pairs on both sides of a check's line, for people to look at and to label."""

from collections.abc import Iterable, Sequence
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
    if bound == "low":
        outside = found.filter(score__lt=line.low).order_by("-score", "pair_id")
        inside = found.filter(score__gte=line.low).order_by("score", "pair_id")
    else:
        outside = found.filter(score__gt=line.high).order_by("score", "pair_id")
        inside = found.filter(score__lte=line.high).order_by("-score", "pair_id")
    start = (page - 1) * SIDE
    parts = [
        _read(side.values_list("pair", flat=True)[start : start + SIDE + 1], line)
        for side in (outside, inside.exclude(line.beyond))
    ]
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
    sides = (found.filter(line.beyond), found.exclude(line.beyond))
    beyond, within = (_read(side.values_list("pair", flat=True)[:SIDE], line) for side in sides)
    return Sides([card_of(one, None) for one in beyond], [card_of(one, None) for one in within])


def sizes(project: Project, line: Line) -> tuple[int, int]:
    """How many pairs lie beyond and within a line."""
    found = _findings(project, line)
    beyond = found.filter(line.beyond).count()
    return beyond, found.count() - beyond


def card_of(finding: Finding, label: ScoreLabel | None) -> Card:
    pair = finding.pair
    answers = [response.text for response in pair.responses.all() if response.author_id is None]
    place = snippet([pair.instruction, pair.input, *answers], finding.evidence)
    return Card(finding, answers[0] if answers else "", place, label)


def _findings(project: Project, line: Line) -> QuerySet[Finding]:
    return Finding.objects.of(project).filter(check_id=line.check.id)


def _read(pairs: Iterable[int], line: Line) -> list[Finding]:
    """The findings of these pairs in their order: choosing them first, the index alone is read."""
    ids = list(pairs)
    found = Finding.objects.filter(pair__in=ids, check_id=line.check.id)
    found = found.select_related("pair").prefetch_related("pair__responses")
    return sorted(found, key=lambda one: ids.index(one.pair_id))


def _cards(project: Project, line: Line, findings: Sequence[Finding]) -> list[Card]:
    known = labels.labels_of(project, line.check.id, [one.pair_id for one in findings])
    return [card_of(one, known.get(one.pair_id)) for one in findings]
