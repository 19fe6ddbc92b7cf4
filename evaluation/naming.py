"""Answers that say which model wrote them, in Chinese and English: found, counted, covered.

What counts is the first person (“我是通义千问”, “As ChatGPT, I …”), for a text *about* such a model
tells nothing; the signs are those of the pre-filter. The names of the compared models count anywhere.
"""

import re
from collections.abc import Iterable, Sequence

from annotation.checks.self_naming import COMMON, MAKER, PLAIN, SIGNS
from evaluation.models import Campaign

COVER = "▇▇▇"
"""Stands where a name stood, of whatever length: the length would tell as well."""

SHORTEST = 4
"""A name of a compared model of fewer characters is looked for nowhere: “a1” would stand in many
texts by chance. A default of this project."""

_NAME = re.compile(rf"{PLAIN}|{COMMON}|{MAKER}")


def pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """What finds the names of the compared models, longest first; None where none can be looked for."""
    long = sorted((name for name in names if len(name) >= SHORTEST), key=len, reverse=True)
    if not long:
        return None
    return re.compile("|".join(re.escape(name) for name in long), re.IGNORECASE)


def places(text: str, own: re.Pattern[str] | None) -> list[tuple[int, int]]:
    """Where names stand that would give the writer away: (start, end), in order, none overlapping."""
    spans = [
        (match.start() + name.start(), match.start() + name.end())
        for match in SIGNS.matches(text)
        for name in _NAME.finditer(match.group())
    ]
    if own is not None:
        spans += [match.span() for match in own.finditer(text)]
    apart: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def masked(text: str, names: Sequence[str]) -> str:
    """The text with such names covered. `names` are those of the compared models."""
    parts, end = [], 0
    for start, stop in places(text, pattern(names)):
        parts += [text[end:start], COVER]
        end = stop
    return "".join([*parts, text[end:]])


def shown(campaign: Campaign, text: str) -> str:
    """A text as voters of the campaign see it: with names covered, where it has them covered."""
    if campaign.naming != Campaign.Naming.MASK:
        return text
    return masked(text, tuple(campaign.figures.get("models", {}).values()))
