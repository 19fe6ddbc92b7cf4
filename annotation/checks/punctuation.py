from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Bounds, Group, Measurement, Share, Text, TextCheck
from annotation.checks.shape import CLOSING, COMMA, END, HAN, OPENING

FEW = 3  # marks: one or two are slips (ours)
_HALF = (*(HAN + mark for mark in (b",", b".", b"?", b"!", b";", b":", b")")), b"(" + HAN)
_FULL = (COMMA, END, OPENING, CLOSING)


class Punctuation(Share, TextCheck):
    """The best of several answers counts: marks are quickly mended."""

    id = "punctuation"
    name = _("Half-width punctuation in Chinese")
    description = _(
        "Share of half-width marks, such as “,” for “，”, among the marks beside Chinese "
        "characters; the best of several answers."
    )
    unit = _("share")
    group = Group.FAULTS
    too_low = _("%(score)s of the marks beside Chinese are half-width.")
    too_high = _("%(score)s of the marks beside Chinese are half-width: “%(evidence)s”")
    high = 0.5
    enabled = False
    strict = Bounds(high=0.3, enabled=False)
    lenient = Bounds(high=0.8, enabled=False)
    passes = (
        Text("绿茶怎么泡？", ("水温八十度（不必更高），先温杯，再注水。",)),
        Text("绿茶怎么泡？", ("水温八十度,先温杯，再注水，泡三分钟，就可以喝了。",)),
        Text("绿茶怎么泡？", ("水温八十度,先温杯.再注水,泡三分钟.", "水温八十度，先温杯。")),
        Text("Pi 是多少？", ("约为 3.14 (or 22/7), 即圆周与直径之比。",)),
    )
    fails = (
        Text("绿茶怎么泡？", ("水温八十度,先温杯,再注水.",)),
        Text("绿茶怎么泡？", ("水温八十度,(不必更高),先温杯，再注水,泡三分钟.",)),
    )

    def measure(self, text: Text) -> Measurement:
        found = map(_half_width, text.prose[1:], text.shapes[1:])
        return min(found, key=lambda one: one.score, default=_NONE)


_NONE = Measurement(0.0)


def _half_width(answer: str, shape: bytes) -> Measurement:
    half = sum(map(shape.count, _HALF))
    if half < FEW:
        return _NONE
    full = sum(map(shape.count, _FULL))
    first = min(place for mark in _HALF if (place := shape.find(mark)) >= 0)
    return Measurement(half / (half + full), answer[max(first - 4, 0) : first + 6])
