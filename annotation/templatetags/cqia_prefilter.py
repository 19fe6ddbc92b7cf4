"""The drawing of a check's scores: SVG attributes, because the CSP forbids inline styles."""

import math

from django import template

from annotation.checks import Check
from annotation.cockpit import BINS, Histogram
from annotation.thresholds import Line, shown

register = template.Library()
WIDTH, HEIGHT = 480, 64


@register.inclusion_tag("annotation/_histogram.html")
def histogram(scores: Histogram, line: Line) -> dict[str, object]:
    """The scores of a check as bars, logarithmic in height so that a few pairs can be seen."""
    most = math.log1p(max(scores.counts))
    bars: dict[bool, list[str]] = {False: [], True: []}
    for number, count in enumerate(scores.counts):
        if count:
            drops = line.enabled and line.drops(_typical(scores, number, line.check))
            bars[drops].append(_bar(number, math.log1p(count) / most))
    between = 0.5 if line.check.whole else 0.0  # the mark stands between two whole numbers
    bounds = [line.low - between] if line.low is not None else []
    bounds += [line.high + between] if line.high is not None else []
    return {
        "within": "".join(bars[False]),
        "beyond": "".join(bars[True]),
        "marks": [f"{scores.place(bound) * WIDTH:.2f}" for bound in bounds],
        "line": line,
        "width": WIDTH,
        "height": HEIGHT,
        "floor": shown(line.check, scores.floor),
        "ceiling": shown(line.check, scores.ceiling),
        "total": scores.total,
    }


@register.filter
def score(value: float, check: Check) -> str:
    return shown(check, value)


def _typical(scores: Histogram, number: int, check: Check) -> float:
    """A score that falls into a bar: the least whole number, else the middle."""
    low, high = scores.score(number / BINS), scores.score((number + 1) / BINS)
    whole = math.ceil(low - 1e-9)
    return whole if check.whole and whole <= high else (low + high) / 2


def _bar(number: int, share: float) -> str:
    """A bar as a piece of an SVG path; the least count is still to be seen."""
    step, height = WIDTH / BINS, 3 + (HEIGHT - 3) * share
    return f"M{number * step:.1f} {HEIGHT}v-{height:.1f}h{step - 1:.1f}v{height:.1f}z"
