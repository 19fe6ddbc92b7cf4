"""Everything that the pages of a ranking tell, from a table of votes. Pure: `cqia rank` runs it too.

The result is plain JSON, so that it can be kept, bundled, and compared with one reckoned elsewhere.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.adjusting import Fitted, fit, in_groups
from evaluation.ranking import CENTRE, OUTCOMES, SCALE, Rating, Vote, win_tie_lose
from evaluation.statistics import bootstrap
from evaluation.statistics.overlap import overlap
from evaluation.statistics.pairs import pairs
from evaluation.statistics.table import Table, cells, of_cells, where

SAMPLES = 1000
"""Draws from which the ranges of ranks come; a default of this project."""

BOOTSTRAP = 200
"""Samples of the bootstrap beside the sandwich's intervals; a default of this project."""

VOTES_A_PARAMETER = 10
"""Votes to a model or an effect below which nothing is adjusted; a default of this project."""

NOT_ADJUSTED: dict[str, Any] = {"adjusted": [], "effects": [], "leaning": None}

Z = 1.959963984540054  # of a two-sided interval of 95%

LEFT_OUT = 50
"""Voters left out in turn, those with most votes first; a default of this project."""

_EVERYBODY = ""  # stands for all opponents together where there is no baseline


@dataclass(frozen=True)
class Asked:
    """What the figures depend on besides the votes. Without a baseline all others stand for it."""

    seed: int
    samples: int = SAMPLES
    baseline: str = ""


def reckon(
    table: Table, asked: Asked, criteria: Mapping[str, Table] = MappingProxyType({})
) -> dict[str, Any]:
    """All figures: of every vote, of each category, and of what was said of each criterion."""
    whole = _part(table, asked)
    return {
        **whole,
        "baseline": asked.baseline,
        "prompts": len(table.prompts),
        **_adjusted(table, asked),
        "bootstrap": _bootstrap(table, asked) if whole["board"] else [],
        "pairs": pairs(table, [each["model"] for each in whole["board"]]),
        "left_out": _left_out(table, whole["board"]),
        "overlap": overlap(table),
        "categories": _categories(table, asked),
        "criteria": [{"name": name, **_part(of, asked)} for name, of in criteria.items()],
    }


def _part(table: Table, asked: Asked) -> dict[str, Any]:
    """The board and the tallies of these votes, and how many people cast them."""
    return {
        "votes": int(table.count.sum()),
        "voters": len(np.unique(table.evaluator)),
        "voters_of": _voters_of(table),
        "board": board(table, asked) if len(table.outcome) else [],
        "tallies": [asdict(each) for each in _tallies(_counted(table), asked.baseline)],
    }


def board(table: Table, asked: Asked) -> list[dict[str, Any]]:
    """A Rating of each model with votes, group by group (the greatest first), the best first.

    Raises ValueError for a table without votes.
    """
    return _board(table, fit(table, controlled=False), asked)


def _board(table: Table, fitted: Fitted, asked: Asked) -> list[dict[str, Any]]:
    groups = groups_of(table)
    fitted = in_groups(fitted, groups)
    size = len(table.models)
    spread = fitted.covariance[:size, :size]
    drawn = np.random.default_rng(asked.seed).multivariate_normal(
        fitted.strength, spread, asked.samples, method="eigh"
    )
    rank, ranks = ranks_in(groups, fitted.strength[None])[0], ranks_in(groups, drawn)
    low = np.percentile(ranks, 2.5, axis=0, method="lower") if asked.samples else rank
    high = np.percentile(ranks, 97.5, axis=0, method="higher") if asked.samples else rank
    error = Z * np.sqrt(np.maximum(np.diag(spread), 0)) * SCALE
    rating = CENTRE + SCALE * fitted.strength
    votes = np.bincount(table.left, table.count, size) + np.bincount(table.right, table.count, size)
    places = [
        Rating(
            model=table.models[at],
            rating=float(rating[at]),
            low=float(rating[at] - error[at]),
            high=float(rating[at] + error[at]),
            rank=int(rank[at]),
            rank_low=int(min(low[at], rank[at])),
            rank_high=int(max(high[at], rank[at])),
            votes=int(votes[at]),
            group=int(groups[at]),
        )
        for at in range(size)
        if votes[at]
    ]
    return [asdict(each) for each in sorted(places, key=lambda p: (p.group, p.rank, p.model))]


def _bootstrap(table: Table, asked: Asked) -> list[dict[str, Any]]:
    """Bounds of each model's raw rating by votes drawn again, prompt by prompt."""
    low, high = bootstrap.bounds(table, groups_of(table), samples=BOOTSTRAP, seed=asked.seed)
    return [
        {
            "model": model,
            "low": CENTRE + SCALE * float(low[at]),
            "high": CENTRE + SCALE * float(high[at]),
        }
        for at, model in enumerate(table.models)
    ]


def groups_of(table: Table) -> NDArray[np.int64]:
    """The number of each model's group: those joined by votes; 0 is the greatest group."""
    size = len(table.models)
    joined = np.eye(size, dtype=bool)
    joined[table.left, table.right] = joined[table.right, table.left] = True
    for _ in range(size.bit_length()):  # each doubles how far one can see
        joined = joined.astype(np.float32) @ joined.astype(np.float32) > 0
    first = joined.argmax(axis=1)  # a group is named by its first model
    found, counts = np.unique(first, return_counts=True)
    number = {int(each): at for at, each in enumerate(found[np.argsort(-counts, kind="stable")])}
    return np.array([number[int(each)] for each in first], dtype=np.int64)


def ranks_in(groups: NDArray[np.int64], strengths: NDArray[np.float64]) -> NDArray[np.int64]:
    """1 + how many of the group are better, in each row; equal within a thousandth of a point."""
    ranks = np.ones(strengths.shape, dtype=np.int64)
    for group in np.unique(groups):
        of_group = np.flatnonzero(groups == group)
        own = strengths[:, of_group]
        ranks[:, of_group] += (own[:, None, :] > own[:, :, None] + 1e-3 / SCALE).sum(axis=2)
    return ranks


def _counted(table: Table) -> dict[Vote, int]:
    counted = cells(table)
    return {
        Vote(table.models[left], table.models[right], OUTCOMES[outcome]): int(
            counted[left, right, outcome]
        )
        for left, right, outcome in zip(*np.nonzero(counted), strict=True)
    }


def _tallies(votes: Mapping[Vote, int], baseline: str) -> list[Any]:
    if baseline:
        return win_tie_lose(votes, baseline)
    against_all: dict[Vote, int] = {}
    for (left, right, outcome), count in votes.items():
        for vote in (Vote(left, _EVERYBODY, outcome), Vote(_EVERYBODY, right, outcome)):
            against_all[vote] = against_all.get(vote, 0) + count
    return win_tie_lose(against_all, _EVERYBODY)


def _voters_of(table: Table) -> dict[str, int]:
    size = len(table.models)
    both = np.concatenate([table.left, table.right]).astype(np.int64)
    people = np.concatenate([table.evaluator, table.evaluator])
    known = np.unique(people * size + both) % size if size else both
    counts = np.bincount(known, minlength=size)
    return {model: int(count) for model, count in zip(table.models, counts, strict=True)}


def _adjusted(table: Table, asked: Asked) -> dict[str, Any]:
    """The board with controls, and their effects in points of rating; empty of too few votes."""
    if table.count.sum() < VOTES_A_PARAMETER * (len(table.models) + 1):
        return NOT_ADJUSTED
    varied = np.flatnonzero(np.ptp(table.features, axis=0))
    names = ("side", *(table.feature_names[at] for at in varied))
    if table.count.sum() < VOTES_A_PARAMETER * (len(table.models) + len(names)):
        return NOT_ADJUSTED
    table = replace(table, features=table.features[:, varied], feature_names=names[1:])
    fitted = fit(table, controlled=True)
    first = len(table.models)
    errors = Z * np.sqrt(np.diag(fitted.covariance))[first : first + len(names)]
    effects = [
        {
            "name": name,
            "value": float(SCALE * value),
            "low": float(SCALE * (value - error)),
            "high": float(SCALE * (value + error)),
        }
        for name, value, error in zip(names, fitted.effects, errors, strict=True)
    ]
    leaning = float(SCALE * fitted.spread)
    return {"adjusted": _board(table, fitted, asked), "effects": effects, "leaning": leaning}


def _left_out(table: Table, whole: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The board without each voter in turn: the largest shift of a rating, and who is first then."""
    ratings = {each["model"]: each["rating"] for each in whole}
    people, counts = np.unique(table.evaluator, return_counts=True)
    if len(people) < 2:
        return []
    counted, found = cells(table), []
    for person in people[np.argsort(-counts, kind="stable")][:LEFT_OUT]:
        own = where(table, table.evaluator == person)
        rest = of_cells(table, counted - cells(own))
        places = board(rest, Asked(seed=0, samples=0))
        shifts = {each["model"]: each["rating"] - ratings[each["model"]] for each in places}
        model = max(shifts, key=lambda name: (abs(shifts[name]), name))
        found.append(
            {
                "voter": table.evaluators[person],
                "votes": int(own.count.sum()),
                "shift": shifts[model],
                "model": model,
                "first": places[0]["model"],
            }
        )
    return sorted(found, key=lambda each: -abs(each["shift"]))


def _categories(table: Table, asked: Asked) -> list[dict[str, Any]]:
    """Of each category with votes; none where there is one alone, which says nothing more."""
    used = np.unique(table.category)
    if len(table.categories) < 2:
        return []
    return [
        {"name": table.categories[each], **_part(where(table, table.category == each), asked)}
        for each in used
    ]
