"""Whose votes are not as the other voters' are. Pure: counts in, one figure a voter out.

After the outlier test of FastChat's arena (LMSYS), which multiplies p-values of a voter's votes under
the known rates of the two models and flags whoever passes 1/α.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log

KNOWN = 20
"""Decided votes of others on a pair from which its rates count as known; a default of this project."""

ALPHA = 0.05
"""How often an honest voter of a campaign may be flagged, all of them together."""

TASTE = 1.5
"""How much greater an honest voter's odds of the rarer vote may be than the others': people differ in
taste, and with votes enough any difference would be found. A default of this project."""


@dataclass(frozen=True)
class Decided:
    """A voter's votes on two models that were for one of them; ties tell of habits, not of honesty."""

    voter: int
    pair: tuple[int, int]
    first: int  # votes for the first of the pair
    second: int


def outliers(votes: Iterable[Decided]) -> set[int]:
    """Voters whose product has passed (number of voters) / ALPHA.

    The product starts at 1 and, under the known rates, is expected to stay there, so an honest voter
    passes a limit of 1/α at any moment with a chance of at most α (Ville 1939): looking often does no
    harm. In simulated campaigns of twelve people, 120 decided votes each and honest tastes that
    differ (0.3 nats), under 1% flagged an honest voter; of those who chose at random 69% were, of those
    who turned every vote round all.
    """
    found = products(votes)
    if len(found) < 3:  # Of two who differ nobody can say which is the odd one.
        return set()
    limit = log(len(found) / ALPHA)
    return {voter for voter, product in found.items() if product >= limit}


def products(votes: Iterable[Decided]) -> dict[int, float]:
    """The logarithm of each voter's product, over the pairs whose rates are known.

    Each vote multiplies it by p^(-1/2) / E p^(-1/2), where p is the chance of a vote no likelier than
    the one cast and the expectation is over the two ways to vote: an e-value, its mean is 1 (Vovk and
    Wang: E-values, Annals of Statistics 49, 2021). Rates are those of all other voters, each with one
    imagined vote more, and the odds of the rarer vote are taken TASTE times as great.
    """
    rows = list(votes)
    totals: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for row in rows:
        totals[row.pair].update(first=row.first, second=row.second)
    found = {row.voter: 0.0 for row in rows}
    for row in rows:
        others = totals[row.pair]
        first, second = others["first"] - row.first, others["second"] - row.second
        if first + second >= KNOWN:
            usual, rare = _logs(max(first, second), min(first, second))
            for_usual, for_rare = (
                (row.first, row.second) if first >= second else (row.second, row.first)
            )
            found[row.voter] += for_usual * usual + for_rare * rare
    return found


def _logs(more: int, fewer: int) -> tuple[float, float]:
    """What a vote for the likelier model multiplies by, and one for the other, as logarithms.

    Nothing (0, 0) where either way would be as likely to somebody of a taste of their own.
    """
    odds = TASTE * (fewer + 1) / (more + 1)
    rate = odds / (1 + odds)
    if rate >= 0.5:
        return 0.0, 0.0
    mean = (1 - rate) + rate * rate**-0.5
    return -log(mean), -0.5 * log(rate) - log(mean)
