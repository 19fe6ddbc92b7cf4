"""How far two judges of the same things agree. Pure: lists of numbers in, figures out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """Of `count` things scored by both; None where a figure is not defined, as for equal scores.

    `difference` is the mean of first minus second. `kappa` is Cohen's with quadratic weights
    (Cohen 1968) over the scores rounded to whole points: 1 is full agreement, 0 that of chance.
    """

    count: int
    pearson: float | None
    spearman: float | None
    difference: float
    kappa: float | None


def agreement(first: Sequence[float], second: Sequence[float]) -> Agreement | None:
    """How far two lists of scores of the same things, in the same order, agree; None for no things."""
    one, other = np.asarray(first, float), np.asarray(second, float)
    if not len(one):
        return None
    return Agreement(
        count=len(one),
        pearson=_correlation(one, other),
        spearman=_correlation(_ranks(one), _ranks(other)),
        difference=float(np.mean(one - other)),
        kappa=_kappa(np.floor(one + 0.5), np.floor(other + 0.5)),
    )


def _correlation(one: Numbers, other: Numbers) -> float | None:
    one, other = one - one.mean(), other - other.mean()
    spread = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / spread if spread > 1e-12 else None


def _ranks(values: Numbers) -> Numbers:
    """Ranks from 1 on; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Numbers = (last - (counts - 1) / 2)[place]
    return ranks


def _kappa(one: Numbers, other: Numbers) -> float | None:
    """1 − Σ w·observed / Σ w·expected with w = (i − j)²: both sums are plain means of squares."""
    observed = float(np.mean((one - other) ** 2))
    expected = float(np.var(one) + np.var(other) + (one.mean() - other.mean()) ** 2)
    return 1 - observed / expected if expected > 1e-12 else None
