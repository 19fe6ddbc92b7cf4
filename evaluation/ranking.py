"""From votes to a ranking. Pure statistics: plain data in and out, the seed is an argument.

Votes are counted into cells first (who met whom, with which outcome), so a fit or a bootstrap
sample costs the same for a thousand votes as for a million.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cqia.lib.intervals import wilson

Outcome = Literal["left", "right", "tie", "both_bad"]

CENTRE = 1000.0
"""The mean rating of a group of models that met."""

SCALE = 400.0 / log(10.0)
"""Points of rating to a unit of log-strength: 400 points are odds of 10 to 1, as in Elo."""

Floats = NDArray[np.float64]


class Vote(NamedTuple):
    """A model's answer against another's; which stood left is kept, though it decides nothing."""

    left: str
    right: str
    outcome: Outcome


Votes = Iterable[Vote] | Mapping[Vote, int]
"""Votes one by one, or each kind with its number, as a database counts them."""


@dataclass(frozen=True)
class Rating:
    """A model's place. `low` and `high` (and the ranks likewise) bound 95%; rank 1 is the best.

    Models of different `group` never met, not even through others: nothing is known about which of
    them is better, and ratings and ranks hold within a group only.
    """

    model: str
    rating: float
    low: float
    high: float
    rank: int
    rank_low: int
    rank_high: int
    votes: int
    group: int


@dataclass(frozen=True)
class Tally:
    """A model against the baseline, in votes; `better_or_equal` is a share, with its 95% bounds."""

    model: str
    win: int
    tie: int
    lose: int
    both_bad: int
    better_or_equal: float
    low: float
    high: float


def bradley_terry(
    votes: Votes, *, seed: int, samples: int = 200, regularisation: float = 1.0
) -> list[Rating]:
    """Bradley–Terry ratings, group by group (the greatest first), the best first.

    A tie is half a win for either side; so is "both bad", which says as little about who is better.
    `regularisation` is the number of ties each model is given against an imagined one of average
    strength (1 by default of this project): it keeps the rating of an undefeated model finite, and
    with 0 there is none. Ratings are on Elo's scale with the mean of a group at 1000.

    Intervals are percentiles over `samples` bootstrap samples of the votes, which are taken to be
    independent. With 0 samples they are the estimate itself. Raises ValueError for a vote
    between a model and itself, or a negative regularisation.

    Bradley and Terry, Biometrika 39 (1952); fitted by evalica with Newman's iteration, JMLR 24
    (2023); bootstrap percentiles: Efron and Tibshirani, An Introduction to the Bootstrap (1993).
    """
    cells = _count(votes)
    if regularisation < 0:
        raise ValueError("regularisation must not be negative")
    if not cells:
        return []
    fit = _Fit(cells, regularisation)
    counts = np.array(list(cells.values()), dtype=np.float64)
    estimate = fit.ratings(counts)
    drawn = np.random.default_rng(seed).multinomial(
        int(counts.sum()), counts / counts.sum(), size=samples
    )
    sampled = [fit.ratings(row.astype(np.float64)) for row in drawn] or [estimate]
    return _places(fit, estimate, np.array(sampled))


def win_tie_lose(votes: Votes, baseline: str) -> list[Tally]:
    """How each model fared against the baseline, the best first.

    "Better or equal" counts wins, ties and "both bad" among all votes between the two; its bounds
    are Wilson's score interval (Wilson, JASA 22, 1927).
    """
    outcomes: dict[str, Counter[str]] = {}
    for (left, right, outcome), count in Counter(votes).items():
        if baseline in (left, right) and left != right:
            model, is_left = (left, True) if right == baseline else (right, False)
            outcomes.setdefault(model, Counter())[_seen_from(is_left, outcome)] += count
    tallies = [_tally(model, counted) for model, counted in outcomes.items()]
    return sorted(tallies, key=lambda tally: (-tally.better_or_equal, tally.model))


class _Cell(NamedTuple):
    """Two models in the order of their names, and how it went: 1 the first won, -1 the other."""

    first: str
    second: str
    sign: int


def _count(votes: Votes) -> dict[_Cell, int]:
    cells: Counter[_Cell] = Counter()
    for (left, right, outcome), count in Counter(votes).items():
        if left == right:
            raise ValueError(f"a model cannot meet itself: {left}")
        sign = {"left": 1, "right": -1}.get(outcome, 0)
        cells[_Cell(left, right, sign) if left < right else _Cell(right, left, -sign)] += count
    # In order, so that the same votes give the same samples whatever order they come in.
    return {cell: count for cell, count in sorted(cells.items()) if count > 0}


class _Fit:
    """Everything about the cells that is the same for each bootstrap sample."""

    def __init__(self, cells: Mapping[_Cell, int], regularisation: float) -> None:
        from evalica import Winner  # It brings pandas and SciPy, which take seconds to import.

        self.models = sorted({name for cell in cells for name in cell[:2]})
        place = {model: at for at, model in enumerate(self.models)}
        self.groups = _groups(len(self.models), [(place[c.first], place[c.second]) for c in cells])
        self.votes = Counter[str]()
        for cell, count in cells.items():
            self.votes[cell.first] += count
            self.votes[cell.second] += count
        # The imagined opponent comes after the models.
        everyone = range(len(self.models) if regularisation else 0)
        winners = {1: Winner.X, 0: Winner.Draw, -1: Winner.Y}
        self.xs = [*(place[cell.first] for cell in cells), *everyone]
        self.ys = [*(place[cell.second] for cell in cells), *(len(self.models) for _ in everyone)]
        self.winners = [*(winners[cell.sign] for cell in cells), *(Winner.Draw for _ in everyone)]
        self.prior = np.full(len(everyone), regularisation)

    def ratings(self, counts: Floats) -> Floats:
        """One rating a model, for these counts of the cells."""
        from evalica import bradley_terry as fit

        weights = np.concatenate([counts, self.prior])
        found = fit(self.xs, self.ys, self.winners, weights=weights, tolerance=1e-9, limit=10_000)
        strength = np.log(found.scores.sort_index().to_numpy(dtype=np.float64)[: len(self.models)])
        for group in range(self.groups.max() + 1):
            strength[self.groups == group] -= strength[self.groups == group].mean()
        return np.asarray(CENTRE + SCALE * strength, dtype=np.float64)


def _groups(size: int, pairs: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """The number of each model's group: those joined by votes; 0 is the greatest group."""
    root = list(range(size))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = at = root[root[at]]
        return at

    for one, other in pairs:
        root[find(one)] = find(other)
    roots = [find(at) for at in range(size)]
    order = {top: number for number, (top, _) in enumerate(Counter(roots).most_common())}
    return np.array([order[top] for top in roots], dtype=np.int64)


def _places(fit: _Fit, estimate: Floats, sampled: Floats) -> list[Rating]:
    low, high = np.percentile(sampled, [2.5, 97.5], axis=0)
    rank = _ranks(fit.groups, estimate[None, :])[0]
    ranks = _ranks(fit.groups, sampled)
    rank_low = np.percentile(ranks, 2.5, axis=0, method="lower")
    rank_high = np.percentile(ranks, 97.5, axis=0, method="higher")
    # Samples of few votes may all lie to one side of the estimate, which is then the bound.
    ratings = [
        Rating(
            model=model,
            rating=float(estimate[at]),
            low=float(min(low[at], estimate[at])),
            high=float(max(high[at], estimate[at])),
            rank=int(rank[at]),
            rank_low=int(min(rank_low[at], rank[at])),
            rank_high=int(max(rank_high[at], rank[at])),
            votes=fit.votes[model],
            group=int(fit.groups[at]),
        )
        for at, model in enumerate(fit.models)
    ]
    return sorted(ratings, key=lambda one: (one.group, one.rank, one.model))


def _ranks(groups: NDArray[np.int64], sampled: Floats) -> NDArray[np.int64]:
    """1 + how many of the group are better, in each sample; equal within a thousandth of a point."""
    ranks = np.ones(sampled.shape, dtype=np.int64)
    for group in range(groups.max() + 1):
        of_group = np.flatnonzero(groups == group)
        own = sampled[:, of_group]
        ranks[:, of_group] += (own[:, None, :] > own[:, :, None] + 1e-3).sum(axis=2)
    return ranks


def _seen_from(is_left: bool, outcome: Outcome) -> str:
    if outcome in ("tie", "both_bad"):
        return outcome
    return "win" if (outcome == "left") == is_left else "lose"


def _tally(model: str, counted: Counter[str]) -> Tally:
    total = counted.total()
    equal_or_better = total - counted["lose"]
    low, high = wilson(equal_or_better, total)
    share = equal_or_better / total
    win, tie, lose, both_bad = (counted[name] for name in ("win", "tie", "lose", "both_bad"))
    return Tally(model, win, tie, lose, both_bad, share, low, high)
