"""How alike two people's texts or rankings are, from 0 to 1. Imports no Django."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from cqia.lib.grams import grams, letters

_RUN = 3  # characters: short enough for one-line answers in Chinese (ours)


def of_texts(one: str, other: str) -> float:
    """The share of their different runs of three letters that both texts have (Jaccard 1901).

    Width, case, space and punctuation do not count; texts too short for a run are alike or not.
    """
    first, second = letters(one), letters(other)
    runs, others = (np.unique(grams(text, _RUN)) for text in (first, second))
    if not len(runs) or not len(others):
        return float(first == second)
    shared = len(np.intersect1d(runs, others, assume_unique=True))
    return shared / (len(runs) + len(others) - shared)


def of_rankings(one: Sequence[Sequence[int]], other: Sequence[Sequence[int]]) -> float:
    """The share of the pairs of things that two rankings order alike.

    A ranking is tiers of ids, best first. A pair that one of them ties counts half, one that both tie
    whole; without ties this is (1 + Kendall's tau) / 2. What only one of them ranks does not count.
    """
    first, second = _places(one), _places(other)
    things = sorted(first.keys() & second.keys())
    pairs = list(combinations(things, 2))
    if not pairs:
        return 1.0
    apart = sum(abs(_sign(first[a] - first[b]) - _sign(second[a] - second[b])) for a, b in pairs)
    return 1 - apart / (2 * len(pairs))


def _places(tiers: Sequence[Sequence[int]]) -> dict[int, int]:
    return {thing: place for place, tier in enumerate(tiers) for thing in tier}


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)
