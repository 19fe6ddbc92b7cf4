"""Small drawings that need arithmetic: the CSP forbids inline styles, so they are SVG."""

from collections.abc import Iterable
from dataclasses import dataclass

from django import template

register = template.Library()

Part = tuple[str, float, str]
"""Label, value (0 or more), and the kind that colours it: win, tie, lose, rest or 1 to 5."""


@dataclass(frozen=True)
class Segment:
    """A part with its place in the bar, in percent of the width, written for an SVG attribute."""

    label: str
    value: float
    kind: str
    left: str
    width: str
    percent: float


def segments(parts: Iterable[Part]) -> list[Segment]:
    """Lay the parts side by side; all of them have width 0 where the sum is 0."""
    known = list(parts)
    total = sum(value for _, value, _ in known)
    done, placed = 0.0, []
    for label, value, kind in known:
        share = 100 * value / total if total else 0.0
        placed.append(Segment(label, value, kind, f"{done:.3f}%", f"{share:.3f}%", share))
        done += share
    return placed


def place(value: float, floor: float, ceiling: float) -> str:
    """Where `value` lies between two ends, in percent; the ends' middle where they are equal."""
    if ceiling <= floor:
        return "50.000%"
    return f"{100 * (min(max(value, floor), ceiling) - floor) / (ceiling - floor):.3f}%"


@register.inclusion_tag("_parts_bar.html")
def parts_bar(parts: Iterable[Part], legend: bool = True) -> dict[str, object]:
    """A whole and its parts as one bar, with a legend that carries the numbers."""
    return {"segments": segments(parts), "legend": legend}


@register.inclusion_tag("_interval.html")
def interval(
    value: float, low: float, high: float, floor: float, ceiling: float
) -> dict[str, object]:
    """An estimate with its interval as dot and whisker; `floor` and `ceiling` are the ends of the axis."""
    return {
        "value": value,
        "low": low,
        "high": high,
        "at": place(value, floor, ceiling),
        "left": place(low, floor, ceiling),
        "right": place(high, floor, ceiling),
    }
