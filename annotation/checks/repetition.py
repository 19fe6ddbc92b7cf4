from collections import Counter

from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Group, Measurement, Text, TextCheck
from annotation.checks.prose import prose

SPAN = 16  # characters: shorter spans recur in good prose and in lists (ours)
PART = 4000  # characters: of a longer answer its beginning and its end are looked at, each alone
TOLD = 0.1  # from this score on the span that recurs most is kept as evidence

_BLOCK = SPAN // 2
_LOOKED_UP = 1500  # characters: in a longer part counting spans is as fast as looking blocks up

_SLICES = [slice(start, start + SPAN) for start in range(PART - SPAN + 1)]


class Repetition(TextCheck):
    """Of several answers the least repetitive counts, as with length. Code may repeat itself."""

    id = "repetition"
    name = _("Repetition")
    description = _(
        "Share of the answer's spans of 16 characters that have come before in it, code apart; "
        "the least repetitive of several answers."
    )
    unit = _("share")
    group = Group.FAULTS
    too_low = _("%(score)s of the answer repeats itself.")
    too_high = _("%(score)s of the answer repeats itself: “%(evidence)s”")
    high = 0.5
    whole = False
    share = True
    step = "0.01"
    scale = (0, 1)

    def measure(self, text: Text) -> Measurement:
        return min(map(_repeated, text.answers), key=lambda found: found.score, default=_NONE)


_NONE = Measurement(0.0)


def _repeated(answer: str) -> Measurement:
    line = "".join(prose(answer).split())
    if len(line) <= PART:
        return _recurring(line)
    return max(_recurring(line[:PART]), _recurring(line[-PART:]), key=lambda found: found.score)


def _recurring(part: str) -> Measurement:
    total = len(part) - SPAN + 1
    if total < 2 or not _may_recur(part):
        return _NONE
    # Slices made once and a loop in C: twice as fast as a comprehension.
    score = 1 - len(set(map(part.__getitem__, _SLICES[:total]))) / total
    if score < TOLD:
        return Measurement(score)
    [(span, _times)] = Counter(map(part.__getitem__, _SLICES[:total])).most_common(1)
    return Measurement(score, span)


def _may_recur(part: str) -> bool:
    """False where no span comes twice, which is so of most answers and quickly told.

    Any span holds a block of half its length that begins at a multiple of that length; where the
    span comes again, so does the block.
    """
    if len(part) > _LOOKED_UP:
        return True
    return any(
        part.find(part[start : start + _BLOCK], start + 1) >= 0
        for start in range(0, len(part) - _BLOCK, _BLOCK)
    )
