"""Intervals of strengths by refitting votes that are drawn again, beside those of the sandwich. Pure.

Whole prompts are drawn with replacement, as their votes resemble each other (the cluster bootstrap:
Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 3.8); of fewer than ten
prompts single votes are. The fit is that of evaluation.adjusting without controls, with ties as
Davidson (JASA 65, 1970) has them, on votes counted into cells, so that a sample costs as much for a
thousand votes as for a million.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.adjusting import PRIOR, TOLERANCE, Fitted, fit, in_groups
from evaluation.statistics.table import Table

FEWEST_PROMPTS = 10
STEPS = 60
_TRACE = 1e-6  # of a penalty on log ν, as in evaluation.adjusting

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class _Cells:
    """What of one kind was voted on one prompt: which kind, by whom it was asked, how often."""

    kind: Ints  # of (winner, loser, is a tie)
    prompt: Ints
    count: Floats
    models: int

    def counted(self, weights: Floats) -> Floats:
        """Wins and ties, each by first and second model, with a weight for each prompt."""
        shape = (self.models, self.models, 2)
        size = self.models**2 * 2
        counted = np.bincount(self.kind, self.count * weights[self.prompt], size)
        return np.asarray(counted, dtype=np.float64).reshape(shape)


def bounds(table: Table, groups: Ints, *, samples: int, seed: int) -> tuple[Floats, Floats]:
    """Between which strengths (nats, mean 0 of each group) 95% of the samples' fits lie, by model.

    `groups` numbers the models that met (evaluation.reckoning.groups_of). Raises ValueError for a
    table without votes or fewer than 40 samples, which have no such percentiles.
    """
    if samples < 40:
        raise ValueError("at least 40 samples are needed")
    start = fit(table, controlled=False)
    drawn = np.array([_refit(start, each) for each in _samples(table, samples, seed)])
    for group in np.unique(groups):
        drawn[:, groups == group] -= drawn[:, groups == group].mean(axis=1, keepdims=True)
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    # Samples of few votes may all lie to one side of the estimate, which is then the bound.
    strength = in_groups(start, groups).strength
    return np.minimum(low, strength), np.maximum(high, strength)


def _samples(table: Table, samples: int, seed: int) -> Iterator[Floats]:
    cells = _cells(table)
    dice = np.random.default_rng(seed)
    prompts = len(np.unique(cells.prompt))
    if prompts < FEWEST_PROMPTS:
        whole = cells.counted(np.ones(int(cells.prompt.max()) + 1))
        chances = whole.ravel() / whole.sum()
        for _ in range(samples):
            yield dice.multinomial(int(whole.sum()), chances).reshape(whole.shape).astype(float)
        return
    # Numbered anew, so that prompts without votes are never drawn.
    renamed = np.unique(cells.prompt, return_inverse=True)[1]
    cells = _Cells(cells.kind, renamed, cells.count, cells.models)
    for _ in range(samples):
        weights = np.bincount(dice.integers(0, prompts, prompts), minlength=prompts)
        yield cells.counted(weights.astype(np.float64))


def _cells(table: Table) -> _Cells:
    size = len(table.models)
    left, right = table.left.astype(np.int64), table.right.astype(np.int64)
    swapped = table.outcome == 1
    winner, loser = np.where(swapped, right, left), np.where(swapped, left, right)
    kind = (winner * size + loser) * 2 + (table.outcome >= 2)
    kinds = size * size * 2
    keys, place = np.unique(table.prompt * np.int64(kinds) + kind, return_inverse=True)
    return _Cells(
        keys % kinds, keys // kinds, np.bincount(place, table.count).astype(np.float64), size
    )


def _refit(start: Fitted, counted: Floats) -> Floats:
    """Newton's steps, none longer than 1, from the fit to all votes to that of one sample."""
    wins, ties = counted[:, :, 0], counted[:, :, 1] + counted[:, :, 1].T
    size = len(wins)
    met = wins + wins.T + ties
    at = np.append(start.strength, start.log_ties)
    penalty = np.append(np.full(size, PRIOR), _TRACE)
    for _ in range(STEPS):
        lean, even = _chances(at)
        slopes = np.append(((wins - wins.T) / 2 - met * lean).sum(1), (ties - met * even).sum() / 2)
        slopes -= penalty * at
        step = np.linalg.solve(_curvature(met, lean, even) + np.diag(penalty), slopes)
        if float(slopes @ step) < TOLERANCE:
            break
        at = at + step / max(1.0, float(np.abs(step).max()))
    return at[:size]


def _chances(at: Floats) -> tuple[Floats, Floats]:
    """Of each two models: half of how much likelier the first is to win, and how likely a tie is."""
    apart, log_ties = (at[:-1, None] - at[None, :-1]) / 2, at[-1]
    top = np.maximum(np.abs(apart), log_ties)
    first, second, even = np.exp(apart - top), np.exp(-apart - top), np.exp(log_ties - top)
    total = first + second + even
    return (first - second) / total / 2, even / total


def _curvature(met: Floats, lean: Floats, even: Floats) -> Floats:
    """Of the log-likelihood by strengths and log ν, with the sign turned."""
    weight = met * ((1 - even) / 4 - lean**2)
    crossed = -(met * lean * even).sum(axis=1)
    own = (met * even * (1 - even)).sum() / 2
    strengths = np.diag(weight.sum(axis=1)) - weight
    return np.block([[strengths, crossed[:, None]], [crossed[None, :], np.array([[own]])]])
