"""How much the length of an answer moves a judge. Pure: plain numbers in, figures out."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt

_Z = 1.959963984540054  # of a two-sided interval of 95%
_STEPS = 50
_CLOSE = 1e-10


@dataclass(frozen=True)
class LengthOdds:
    """The odds that an answer twice as long as the other wins, with their 95% interval; 1 is no bias."""

    value: float
    low: float
    high: float
    total: int


def length_odds(compared: Sequence[tuple[float, int]]) -> LengthOdds | None:
    """From (log2 of first length / second length, 1 where the first won, -1 the second, 0 tie).

    Logistic regression of who won on that logarithm (Cox 1958), by Newton's steps, interval by the
    information. Without an intercept, for which answer is the first is arbitrary. Ties and answers
    as long as each other say nothing. None where the longer one won always, or never, or none did:
    then the odds have no estimate.
    """
    told = [(ratio, float(won == 1)) for ratio, won in compared if won and ratio]
    if len({(ratio > 0) == (won == 1) for ratio, won in told}) < 2:
        return None
    slope = 0.0
    for _ in range(_STEPS):
        chances = [(ratio, won, _chance(slope * ratio)) for ratio, won in told]
        pull = sum(ratio * (won - chance) for ratio, won, chance in chances)
        information = sum(ratio**2 * chance * (1 - chance) for ratio, _won, chance in chances)
        step = max(-1.0, min(1.0, pull / information))  # never far past the top
        slope += step
        if abs(step) < _CLOSE:
            break
    half = _Z / sqrt(information)
    return LengthOdds(exp(slope), exp(slope - half), exp(slope + half), len(told))


def _chance(odds: float) -> float:
    return 1 / (1 + exp(-odds)) if odds >= 0 else exp(odds) / (1 + exp(odds))
