import re
from collections import Counter

import numpy as np
from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Bounds, Group, Measurement, Share, Text, TextCheck

SPAN = 16  # characters: shorter spans recur in good prose and in lists (ours)
SHORT, SHORT_SPAN = 48, 4  # an answer as short as this is looked at in spans of 4 (ours)
PART = 4000  # characters: of a longer answer its beginning and its end are looked at, each alone
LINE = 5  # characters: shorter lines, such as labels, may recur (ours)
TOLD = 0.1  # from this score on the span that recurs most is kept as evidence

_BLOCK = SPAN // 2
_LOOKED_UP = 400  # characters: in a longer part hashing is as fast as looking blocks up
_NUMBERING = " \t\r0123456789.、)）(（-*•"
_ASKED_FOR = re.compile("重复[^。！？\n]{0,8}[遍次]|[Rr]epeat")
_BASE = 0x9E3779B97F4A7C15  # odd, so that no power of it is 0
_POWERS = {width: np.uint64(pow(_BASE, width, 2**64)) for width in (1, 2, 4, 8)}


class Repetition(Share, TextCheck):
    """Of several answers the least repetitive counts, as with length. Code may repeat itself."""

    id = "repetition"
    name = _("Repetition")
    description = _(
        "Share of the answer that has come before in it, by spans of 16 characters or by whole "
        "lines, code apart; the least repetitive of several answers."
    )
    unit = _("share")
    group = Group.FAULTS
    beside_prompt = True
    too_low = _("%(score)s of the answer repeats itself.")
    too_high = _("%(score)s of the answer repeats itself: “%(evidence)s”")
    high = 0.6
    strict = Bounds(high=0.4)
    lenient = Bounds(high=0.75)

    version = 2
    passes = (
        Text("绿茶怎么泡？", ("先温杯，再投茶，最后注水；注水时沿着杯壁，慢一些。",)),
        Text("判断情感。", ("1. 正面\n2. 负面\n3. 正面\n4. 正面\n5. 负面",)),
        Text("写一段循环。", ("如下：\n```\n" + "{a:" * 200 + "\n```",)),
        Text("绿茶怎么泡？", ("停不下来" * 50, "水温八十度。")),
        Text("把“绿茶”重复写十遍。", ("绿茶" * 10,)),
    )
    fails = (
        Text("绿茶怎么泡？", ("绿茶不宜用沸水冲泡因为会发苦。" * 20,)),
        Text("绿茶怎么泡？", ("好的好的好的好的好的好的",)),
        Text("绿茶怎么泡？", ("".join(f"{place}. 再加一点热水\n" for place in range(9)),)),
    )

    def measure(self, text: Text) -> Measurement:
        prompt = text.prompt
        if ("重复" in prompt or "epeat" in prompt) and _ASKED_FOR.search(prompt):
            return _NONE
        return min(map(_repeated, text.prose[1:]), key=lambda found: found.score, default=_NONE)


_NONE = Measurement(0.0)


def _repeated(answer: str) -> Measurement:
    together = "".join(answer.split())
    parts = [together] if len(together) <= PART else [together[:PART], together[-PART:]]
    found = [_recurring(part) for part in parts]
    if answer.count("\n") > 2:
        found.append(_recurring_lines(answer))
    return max(found, key=lambda one: one.score)


def _recurring(part: str) -> Measurement:
    span = SPAN if len(part) > SHORT else SHORT_SPAN
    total = len(part) - span + 1
    if total < 2 or (span == SPAN and not _may_recur(part)):
        return _NONE
    if span == SHORT_SPAN and part.isascii():  # a number or a term of code
        return _NONE
    if span == SPAN:
        score = _share_of_spans(part)
    else:
        score = 1 - len({part[start : start + span] for start in range(total)}) / total
    if score < TOLD:
        return Measurement(score)
    spans = Counter(part[start : start + span] for start in range(total))
    return Measurement(score, spans.most_common(1)[0][0])


def _share_of_spans(part: str) -> float:
    """The share of spans that have come before: a hash of each, rolled by doubling its width."""
    codes = np.frombuffer(part.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    for width, power in _POWERS.items():
        codes = codes[:-width] * power + codes[width:]
    codes.sort()
    return float(np.count_nonzero(codes[1:] == codes[:-1]) / len(codes))


def _recurring_lines(answer: str) -> Measurement:
    """The share of characters in lines that have come before, whatever their numbers."""
    lines = [line.strip(_NUMBERING) for line in answer.split("\n")]
    counts = Counter(line for line in lines if len(line) >= LINE)
    total = sum(map(len, lines))
    if len(counts) == counts.total() or not total:
        return _NONE
    again = {
        line: (count - 1) * len(line)
        for line, count in counts.items()
        if count > 1 and any(map(str.isalnum, line))
    }
    if not again:  # rules between parts, such as “————”, may recur
        return _NONE
    return Measurement(sum(again.values()) / total, max(again, key=lambda one: again[one])[:SPAN])


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
