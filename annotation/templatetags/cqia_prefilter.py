"""The drawing of a check's scores: SVG attributes, because the CSP forbids inline styles."""

import math
from dataclasses import dataclass

from django import template

from annotation.checks import Check
from annotation.cockpit import BINS, Histogram
from annotation.thresholds import Line, shown

register = template.Library()
WIDTH, HEIGHT = 480, 64


@dataclass(frozen=True)
class Bar:
    x: str
    y: str
    height: str
    beyond: bool  # the line drops these


@register.inclusion_tag("annotation/_histogram.html")
def histogram(scores: Histogram, line: Line) -> dict[str, object]:
    """The scores of a check as bars, logarithmic in height so that a few pairs can be seen."""
    step = WIDTH / BINS
    most = math.log1p(max(scores.counts))
    bars = [
        _bar(
            number * step, math.log1p(count) / most, line.drops(scores.score((number + 0.5) / BINS))
        )
        for number, count in enumerate(scores.counts)
        if count
    ]
    bounds = [bound for bound in (line.low, line.high) if bound is not None]
    return {
        "bars": bars,
        "bar_width": f"{step - 1:.2f}",
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


def _bar(x: float, share: float, beyond: bool) -> Bar:
    height = 3 + (HEIGHT - 3) * share
    return Bar(f"{x:.2f}", f"{HEIGHT - height:.2f}", f"{height:.2f}", beyond)
