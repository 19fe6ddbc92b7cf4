"""A logistic regression with chances that can be believed, and an honest report on it. Imports no Django.

What is reported is what cross-validation found: each row is judged by a model that has seen neither
it nor one of its group. Platt's calibration (1999) is fitted on those scores, and in the report
each fold's chances come from the calibration of the other folds.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cqia.lib.minhash import band_keys, shingles

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# scikit-learn takes seconds to import, so each function does it itself: only a training waits for it.

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FOLDS = 5
STRENGTH = 0.3  # of the fit against its regularisation; chosen on real revisions (docs/checks.md)
BINS = 10
CURVE = 60  # points of the precision-recall curve that are kept
_CALIBRATION = 1e6  # nearly no regularisation: two numbers cannot overfit


@dataclass(frozen=True)
class Report:
    """What cross-validation found. `positive` of `rows` are what is predicted: the baseline."""

    rows: int
    positive: int
    groups: int
    auc: float
    auc_folds: list[float]
    brier: float
    brier_baseline: float  # of always saying the share of positives
    correct: float  # share of rows on the right side of one half
    correct_baseline: float  # of always saying what is more frequent
    curve: list[tuple[float, float, float]]  # (line, precision, recall) at or above the line
    bins: list[tuple[float, float, int]]  # (mean chance, share of positives, rows)

    @property
    def json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Fit:
    weights: Floats
    intercept: float
    slope: float
    offset: float
    report: Report


def chances(scores: Floats, slope: float, offset: float) -> Floats:
    """Scores of the regression as chances between 0 and 1."""
    return np.asarray(1 / (1 + np.exp(-np.clip(slope * scores + offset, -30, 30))))


def groups_of(prompts: Sequence[str]) -> NDArray[np.int64]:
    """A number for each prompt, the same for prompts that are near-identical.

    They go into one fold, or a model would be praised for what it has seen. Prompts that share a band
    of MinHash are taken for near-identical without a second look: a group too large harms less.
    """
    sets = [shingles(prompt) for prompt in prompts]
    filled = [at for at, grams in enumerate(sets) if len(grams)]
    keys = band_keys([sets[at] for at in filled], 0)
    root = list(range(len(prompts)))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = at = root[root[at]]
        return at

    first: dict[int, int] = {}
    for at, own in zip(filled, keys.tolist(), strict=True):
        for key in own:
            root[find(at)] = find(first.setdefault(key, at))
    return np.array([find(at) for at in range(len(prompts))], np.int64)


def fit(features: "csr_matrix", wanted: Flags, groups: NDArray[np.int64], seed: int) -> Fit:
    """Learn to tell the rows that are `wanted`. Wants FOLDS groups or more with each kind of row."""
    scores, folds = _out_of_fold(features, wanted, groups, seed)
    final = _regression().fit(features, wanted)
    slope, offset = _calibration(scores, wanted)
    return Fit(
        np.asarray(final.coef_[0], np.float64),
        float(final.intercept_[0]),
        slope,
        offset,
        _report(_cross_calibrated(scores, wanted, folds), scores, wanted, folds, groups),
    )


def _regression() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=STRENGTH, max_iter=1000)


def _out_of_fold(
    features: "csr_matrix", wanted: Flags, groups: NDArray[np.int64], seed: int
) -> tuple[Floats, NDArray[np.int64]]:
    """Each row's score by a model without its group, and the number of its fold."""
    from sklearn.model_selection import StratifiedGroupKFold

    scores, folds = np.zeros(len(wanted)), np.zeros(len(wanted), np.int64)
    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    for number, (known, left_out) in enumerate(split.split(features, wanted, groups)):
        model = _regression().fit(features[known], wanted[known])
        scores[left_out] = model.decision_function(features[left_out])
        folds[left_out] = number
    return scores, folds


def _calibration(scores: Floats, wanted: Flags) -> tuple[float, float]:
    """Slope and offset; a score that says nothing, or the wrong way round, becomes the base rate."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=_CALIBRATION, max_iter=1000)
    model.fit(scores.reshape(-1, 1), wanted)
    slope, offset = float(model.coef_[0, 0]), float(model.intercept_[0])
    if slope > 0:
        return slope, offset
    share = float(wanted.mean())
    return 0.0, float(np.log(share / (1 - share)))


def _cross_calibrated(scores: Floats, wanted: Flags, folds: NDArray[np.int64]) -> Floats:
    found = np.zeros(len(scores))
    for number in range(FOLDS):
        own = folds == number
        found[own] = chances(scores[own], *_calibration(scores[~own], wanted[~own]))
    return found


def _report(
    chance: Floats,
    scores: Floats,
    wanted: Flags,
    folds: NDArray[np.int64],
    groups: NDArray[np.int64],
) -> Report:
    from sklearn.metrics import roc_auc_score

    share = float(wanted.mean())
    within = [folds == number for number in range(FOLDS)]
    aucs = [
        float(roc_auc_score(wanted[own], scores[own]))
        for own in within
        if 0 < wanted[own].sum() < own.sum()
    ]
    return Report(
        rows=len(wanted),
        positive=int(wanted.sum()),
        groups=len(np.unique(groups)),
        auc=float(np.mean(aucs)),
        auc_folds=aucs,
        brier=float(np.mean((chance - wanted) ** 2)),
        brier_baseline=share * (1 - share),
        correct=float(np.mean((chance >= 0.5) == wanted)),
        correct_baseline=max(share, 1 - share),
        curve=_curve(chance, wanted),
        bins=_bins(chance, wanted),
    )


def _curve(chance: Floats, wanted: Flags) -> list[tuple[float, float, float]]:
    """Precision and recall of what lies at or above a line, for lines spread over the rows."""
    order = np.argsort(-chance, kind="stable")
    lines, right = chance[order], np.cumsum(wanted[order])
    last = np.flatnonzero(np.append(lines[1:] != lines[:-1], True))  # equal chances stay together
    kept = last[np.unique(np.linspace(0, len(last) - 1, CURVE).astype(np.int64))]
    return [
        (float(lines[at]), float(right[at] / (at + 1)), float(right[at] / right[-1])) for at in kept
    ]


def _bins(chance: Floats, wanted: Flags) -> list[tuple[float, float, int]]:
    """The rows in order of their chances, cut into parts of the same size."""
    order = np.argsort(chance, kind="stable")
    return [
        (float(chance[part].mean()), float(wanted[part].mean()), len(part))
        for part in np.array_split(order, BINS)
        if len(part)
    ]
