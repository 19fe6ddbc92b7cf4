"""The drawing of a check's scores: SVG attributes, because the CSP forbids inline styles."""

import math

from django import template

from annotation.checks import Check
from annotation.histograms import BINS, Histogram
from annotation.line_quality import Share
from annotation.thresholds import Line, shown

register = template.Library()
WIDTH, HEIGHT = 480, 64


@register.inclusion_tag("annotation/_histogram.html")
def histogram(scores: Histogram, line: Line) -> dict[str, object]:
    """The scores of a check as bars, logarithmic in height so that a few pairs can be seen.

    static/js/cockpit.js draws them again while a line is dragged, from `counts`.
    """
    most = math.log1p(max(scores.counts))
    bars: dict[bool, list[str]] = {False: [], True: []}
    for number, count in enumerate(scores.counts):
        if count:
            drops = line.drops(_typical(scores, number, line.check))
            bars[drops].append(_bar(number, math.log1p(count) / most))
    return {
        "within": "".join(bars[False]),
        "beyond": "".join(bars[True]),
        "handles": _handles(scores, line),
        "line": line,
        "width": WIDTH,
        "height": HEIGHT,
        "scores": scores,
        "counts": ",".join(map(str, scores.counts)),
        "ends": (f"{scores.floor:.10g}", f"{scores.ceiling:.10g}"),
        "floor": shown(line.check, scores.floor),
        "ceiling": shown(line.check, scores.ceiling),
    }


@register.filter
def score(value: float, check: Check) -> str:
    return shown(check, value)


@register.filter
def percent(share: float) -> str:
    """A share in whole per cent."""
    return f"{share:.0%}"


@register.filter
def interval(share: Share) -> str:
    """The bounds of a share in whole per cent."""
    return f"{share.low:.0%}–{share.high:.0%}"


def _handles(scores: Histogram, line: Line) -> list[tuple[str, str]]:
    """Each bound's name and where its mark stands; at the end of the axis where it has none."""
    between = 0.5 if line.check.whole else 0.0  # the mark stands between two whole numbers
    places = {
        "low": 0.0 if line.low is None else scores.place(line.low - between),
        "high": 1.0 if line.high is None else scores.place(line.high + between),
    }
    return [(name, f"{place * WIDTH:.2f}") for name, place in places.items()]


def _typical(scores: Histogram, number: int, check: Check) -> float:
    """A score that falls into a bar: the least whole number; an end of the axis, where scores heap
    up; else the middle."""
    low, high = scores.score(number / BINS), scores.score((number + 1) / BINS)
    whole = math.ceil(low - 1e-9)
    if check.whole:
        return whole if whole <= high else (low + high) / 2
    return {0: scores.floor, BINS - 1: scores.ceiling}.get(number, (low + high) / 2)


def _bar(number: int, share: float) -> str:
    """A bar as a piece of an SVG path; the least count is still to be seen."""
    step, height = WIDTH / BINS, 3 + (HEIGHT - 3) * share
    return f"M{number * step:.1f} {HEIGHT}v-{height:.1f}h{step - 1:.1f}v{height:.1f}z"
