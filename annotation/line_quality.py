"""How good a line is, read from pairs that people labelled. Pure statistics: plain data in and out.

Of a check, a positive is a pair that ought to be dropped. Precision is the share of the pairs beyond
the line that people would drop; recall the share of all they would drop that lies beyond it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from cqia.lib.intervals import wilson

Bound = Literal["low", "high"]
LEAST = 10  # labels of which a line can be proposed; a default of this project
PRECISE = 0.9  # the precision that a proposed line should reach; a default of this project


@dataclass(frozen=True)
class Labelled:
    """The score of a pair, and whether people would keep it."""

    score: float
    keep: bool


@dataclass(frozen=True)
class Share:
    """`hits` of `total`, with Wilson's interval of 95%."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """0 of nothing."""
        return self.hits / self.total if self.total else 0.0

    @property
    def low(self) -> float:
        return wilson(self.hits, self.total)[0]

    @property
    def high(self) -> float:
        return wilson(self.hits, self.total)[1]


@dataclass(frozen=True)
class Estimate:
    """A share of all pairs, worked out of several; its bounds hold in at least 90% of cases."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Point:
    """What a line at `at` would do to the labelled pairs."""

    at: float
    precision: Share
    recall: Share

    @property
    def f1(self) -> float:
        both = self.precision.total + self.recall.total
        return 2 * self.precision.hits / both if both else 0.0


@dataclass(frozen=True)
class Proposal:
    """A line proposed, and by which rule: it is `precise`, or none is and its F1 is the best."""

    point: Point
    precise: bool


def curve(labels: Sequence[Labelled], bound: Bound, step: float) -> list[Point]:
    """A point for every place where a line tells the labelled pairs apart, by ascending line.

    A lower bound drops what scores less than it, an upper one what scores more.
    """
    scores = sorted({label.score for label in labels})
    wrong = sum(not label.keep for label in labels)
    found = []
    for less, more in pairwise(scores):
        at = _round_between(less, more, bound, step)
        beyond = [
            one for one in labels if (one.score <= less if bound == "low" else one.score >= more)
        ]
        hits = sum(not label.keep for label in beyond)
        found.append(Point(at, Share(hits, len(beyond)), Share(hits, wrong)))
    return found


def proposal(points: Iterable[Point], labels: Sequence[Labelled]) -> Proposal | None:
    """The line of the highest recall whose precision reaches PRECISE, else that of the best F1.

    This rule is ours. None where there are fewer than LEAST labels, or all say the same.
    """
    known = [point for point in points if point.precision.hits]
    if len(labels) < LEAST or len({label.keep for label in labels}) < 2 or not known:
        return None
    precise = [point for point in known if point.precision.value >= PRECISE]
    if precise:
        best = max(precise, key=lambda point: (point.recall.hits, point.precision.value))
        return Proposal(best, precise=True)
    return Proposal(max(known, key=lambda point: point.f1), precise=False)


def recall(beyond: Share, missed: Share, sizes: tuple[int, int]) -> Estimate:
    """Recall over all pairs, from random draws on both sides of the line.

    `beyond` and `missed` are the shares to be dropped of those drawn beyond and within the line,
    `sizes` how many pairs lie there. The bounds take those of both shares at their worst, so that
    they hold in at least 90% of cases.
    """
    return Estimate(
        _recall(beyond.value, missed.value, sizes),
        _recall(beyond.low, missed.high, sizes),
        _recall(beyond.high, missed.low, sizes),
    )


def _recall(beyond: float, missed: float, sizes: tuple[int, int]) -> float:
    found, lost = beyond * sizes[0], missed * sizes[1]
    return found / (found + lost) if found + lost else 0.0


def _round_between(less: float, more: float, bound: Bound, step: float) -> float:
    """A line between two scores: at a step of the check, as near to what it keeps as it can be."""
    if bound == "low":
        at = math.floor(round(more / step, 6)) * step
        return round(at, 9) if less < at <= more else more
    at = math.ceil(round(less / step, 6)) * step
    return round(at, 9) if less <= at < more else less
