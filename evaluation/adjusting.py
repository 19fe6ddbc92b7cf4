"""Strengths of models from votes, with or without what else votes lean to. Pure statistics.

A vote falls left, right or on neither, as Davidson (JASA 65, 1970) has it:

    P(left) : P(right) : P(tie) = exp(η/2) : exp(−η/2) : ν,   η = θ_left − θ_right + α + βᵀx + u_voter

θ are the strengths, α is the side, x the differences between the two texts, and u the leaning of
the voter to a side, normal with a variance that is estimated too (Laplace's approximation:
Breslow and Clayton, JASA 88, 1993). The log-likelihood is concave, so Newton's steps find its top.
Variances are the sandwich's, clustered by prompt (Liang and Zeger, Biometrika 73, 1986).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evaluation.statistics.table import Table

PRIOR = 0.25
"""Curvature of a penalty on each strength, that of about one tie with an average model: it keeps an
undefeated model's strength finite. A default of this project."""

STEPS, TOLERANCE = 60, 1e-9
_ROUNDS = 8  # of the variance of the voters' leanings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Fitted:
    """In nats: strengths by model, effects as α then β, log ν, and the covariance of all in that order."""

    strength: Floats
    effects: Floats
    log_ties: float
    spread: float  # standard deviation of the voters' leanings; 0 without them
    covariance: Floats


@dataclass(frozen=True)
class _Votes:
    """Rows of votes as a sparse design: two models, dense covariates, one voter."""

    left: Ints
    right: Ints
    dense: Floats  # a column of ones for the side first, where there are covariates
    voter: Ints
    prompt: Ints
    count: Floats
    score: Floats  # 1 left, −1 right, 0 neither
    tie: Floats
    models: int
    voters: int

    @property
    def size(self) -> int:
        return self.models + int(self.dense.shape[1]) + 1 + self.voters


def fit(table: Table, *, controlled: bool) -> Fitted:
    """The strengths; `controlled` for the side, the texts and the voters. Raises for an empty table."""
    votes = _votes(table, controlled=controlled)
    found = np.zeros(votes.size)
    variance = 0.25 if votes.voters else 1.0
    hessian = np.eye(votes.size)
    for _ in range(_ROUNDS if votes.voters else 1):
        penalty = _penalty(votes, variance)
        found, hessian = _climb(votes, found, penalty)
        if votes.voters:
            own = slice(votes.size - votes.voters, None)
            loose = np.diag(np.linalg.inv(hessian))[own]
            before, variance = variance, max(float(np.mean(found[own] ** 2 + loose)), 1e-4)
            if abs(variance - before) < 0.01 * before:
                break
    fixed = votes.size - votes.voters
    return Fitted(
        strength=found[: votes.models],
        effects=found[votes.models : fixed - 1],
        log_ties=float(found[fixed - 1]),
        spread=float(np.sqrt(variance)) if votes.voters else 0.0,
        covariance=_sandwich(votes, found, hessian)[:fixed, :fixed],
    )


def _votes(table: Table, *, controlled: bool) -> _Votes:
    rows = len(table.outcome)
    if not rows:
        raise ValueError("there are no votes")
    voters = len(table.evaluators) if controlled and len(table.evaluators) > 1 else 0
    dense = np.column_stack([np.ones(rows), table.features]) if controlled else np.zeros((rows, 0))
    return _Votes(
        left=table.left.astype(np.int64),
        right=table.right.astype(np.int64),
        dense=dense,
        voter=table.evaluator.astype(np.int64),
        prompt=table.prompt.astype(np.int64),
        count=table.count.astype(np.float64),
        score=np.choose(table.outcome, [1.0, -1.0, 0.0, 0.0]),
        tie=(table.outcome >= 2).astype(np.float64),
        models=len(table.models),
        voters=voters,
    )


def _penalty(votes: _Votes, variance: float) -> Floats:
    """Of each parameter's square; a trace on all of them, so that one that nothing tells of stays 0."""
    penalty = np.full(votes.size, 1e-6)
    penalty[: votes.models] = PRIOR
    penalty[votes.size - votes.voters :] = 1 / variance
    return penalty


def _climb(votes: _Votes, start: Floats, penalty: Floats) -> tuple[Floats, Floats]:
    """Newton's steps, halved where one does not climb; the top, and the curvature there."""
    at, height = start, _height(votes, start, penalty)
    hessian = np.eye(votes.size)
    for _ in range(STEPS):
        gradient, hessian = _slopes(votes, at)
        gradient -= penalty * at
        hessian += np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        if float(gradient @ step) < TOLERANCE:
            break
        length = 1.0
        while (higher := _height(votes, at + length * step, penalty)) < height and length > 1e-6:
            length /= 2
        at, height = at + length * step, higher
    return at, hessian


def _parts(votes: _Votes, at: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """η of each vote, and how likely left, right and neither were."""
    dense = slice(votes.models, votes.models + votes.dense.shape[1])
    eta = at[votes.left] - at[votes.right] + votes.dense @ at[dense]
    if votes.voters:
        eta += at[votes.size - votes.voters :][votes.voter]
    log_ties = at[votes.size - votes.voters - 1]
    top = np.maximum(np.abs(eta) / 2, log_ties)
    left, right, tie = np.exp(eta / 2 - top), np.exp(-eta / 2 - top), np.exp(log_ties - top)
    total = left + right + tie
    return eta, left / total, right / total, tie / total


def _height(votes: _Votes, at: Floats, penalty: Floats) -> float:
    """The penalised log-likelihood."""
    _, left, right, tie = _parts(votes, at)
    likely = np.where(votes.score > 0, left, np.where(votes.score < 0, right, tie))
    return float(votes.count @ np.log(np.maximum(likely, 1e-300)) - penalty @ at**2 / 2)


def _slopes(votes: _Votes, at: Floats) -> tuple[Floats, Floats]:
    """Gradient of the log-likelihood, and its curvature with the sign turned."""
    _, left, right, tie = _parts(votes, at)
    lean = (left - right) / 2
    by_eta = votes.count * (votes.score / 2 - lean)
    by_ties = votes.count * (votes.tie - tie)
    gradient = np.concatenate([_across(votes, by_eta), np.zeros(1), _by_voter(votes, by_eta)])
    place = votes.size - votes.voters - 1
    gradient[place] = by_ties.sum()
    weight = votes.count * ((left + right) / 4 - lean**2)
    hessian = _curvature(votes, weight)
    mixed = votes.count * (-lean * tie)
    crossed = np.concatenate([_across(votes, mixed), np.zeros(1), _by_voter(votes, mixed)])
    hessian[place, :] += crossed
    hessian[:, place] += crossed
    hessian[place, place] = votes.count @ (tie * (1 - tie))
    return gradient, hessian


def _across(votes: _Votes, weight: Floats) -> Floats:
    """Xᵀw over models and dense covariates."""
    models = np.bincount(votes.left, weight, votes.models)
    models -= np.bincount(votes.right, weight, votes.models)
    return np.concatenate([models, votes.dense.T @ weight])


def _by_voter(votes: _Votes, weight: Floats) -> Floats:
    if not votes.voters:
        return np.zeros(0)
    return np.asarray(np.bincount(votes.voter, weight, votes.voters), dtype=np.float64)


def _curvature(votes: _Votes, weight: Floats) -> Floats:
    """XᵀWX, block by block, from the two models, the covariates and the voter of each row."""
    models, columns = votes.models, votes.dense.shape[1]
    whole = np.zeros((votes.size, votes.size))
    pairs = np.bincount(votes.left * models + votes.right, weight, models * models)
    met = pairs.reshape(models, models)
    block = -(met + met.T)
    block[np.diag_indices(models)] += met.sum(axis=0) + met.sum(axis=1)
    whole[:models, :models] = block
    dense = slice(models, models + columns)
    whole[dense, dense] = votes.dense.T @ (votes.dense * weight[:, None])
    for at in range(columns):
        crossed = _across(votes, weight * votes.dense[:, at])[:models]
        whole[:models, models + at] = whole[models + at, :models] = crossed
    if votes.voters:
        _add_voters(votes, weight, whole)
    return whole


def _add_voters(votes: _Votes, weight: Floats, whole: Floats) -> None:
    models, first = votes.models, votes.size - votes.voters
    own = slice(first, None)
    whole[own, own] = np.diag(_by_voter(votes, weight))
    size = votes.voters * models
    crossed = np.bincount(votes.voter * models + votes.left, weight, size)
    crossed -= np.bincount(votes.voter * models + votes.right, weight, size)
    whole[own, :models] = crossed.reshape(votes.voters, models)
    whole[:models, own] = whole[own, :models].T
    for at in range(votes.dense.shape[1]):
        column = _by_voter(votes, weight * votes.dense[:, at])
        whole[own, models + at] = whole[models + at, own] = column


def _sandwich(votes: _Votes, at: Floats, hessian: Floats) -> Floats:
    """H⁻¹ (Σ g gᵀ) H⁻¹ over prompts, with the usual factor n/(n − 1) for few of them.

    With fewer than ten prompts there is nothing to cluster by, and the curvature alone is taken.
    """
    inverse = np.linalg.inv(hessian)
    # Numbered anew: of a part of the votes, most prompts have none.
    names, place_of = np.unique(votes.prompt, return_inverse=True)
    prompts = len(names)
    if prompts < 10:
        return np.asarray(inverse)
    _, left, right, tie = _parts(votes, at)
    by_eta = votes.count * (votes.score / 2 - (left - right) / 2)
    slopes = np.zeros((prompts, votes.size))

    def add(columns: Ints, weight: Floats) -> None:
        counted = np.bincount(place_of * votes.size + columns, weight, prompts * votes.size)
        slopes[:] += counted.reshape(prompts, votes.size)

    add(votes.left, by_eta)
    add(votes.right, -by_eta)
    for column in range(votes.dense.shape[1]):
        add(np.full_like(votes.left, votes.models + column), by_eta * votes.dense[:, column])
    place = votes.size - votes.voters - 1
    add(np.full_like(votes.left, place), votes.count * (votes.tie - tie))
    if votes.voters:
        add(place + 1 + votes.voter, by_eta)
    return np.asarray(inverse @ (slopes.T @ slopes) @ inverse * prompts / (prompts - 1))


def in_groups(fitted: Fitted, groups: Ints) -> Fitted:
    """The same with the mean strength of each group of models that met at 0, covariance included."""
    models = len(fitted.strength)
    shift = np.eye(len(fitted.covariance))
    for group in np.unique(groups):
        of_group = np.flatnonzero(groups == group)
        shift[np.ix_(of_group, of_group)] -= 1 / len(of_group)
    centred = shift[:models, :models] @ fitted.strength
    return replace(fitted, strength=centred, covariance=shift @ fitted.covariance @ shift.T)
