"""Votes as columns: a row is a vote, or several that are alike; names stand apart."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.float64]
"""Votes by left model, right model and outcome."""


@dataclass(frozen=True)
class Table:
    models: tuple[str, ...]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    outcome: NDArray[np.int8]  # a place in evaluation.ranking.OUTCOMES
    count: NDArray[np.float64]
    prompt: NDArray[np.int32]
    evaluator: NDArray[np.int32]
    category: NDArray[np.int32]
    prompts: tuple[str, ...]
    evaluators: tuple[str, ...]
    categories: tuple[str, ...]
    features: NDArray[np.float64]
    feature_names: tuple[str, ...]


def cells(table: Table) -> Cells:
    """The votes counted by left model, right model and outcome."""
    size = len(table.models)
    code = (table.left.astype(np.int64) * size + table.right) * 4 + table.outcome
    counted = np.bincount(code, weights=table.count, minlength=size * size * 4)
    return np.asarray(counted, dtype=np.float64).reshape(size, size, 4)


def where(table: Table, mask: NDArray[np.bool_]) -> Table:
    """The rows of a table that a mask names; the names they point to stay."""
    columns = ("left", "right", "outcome", "count", "prompt", "evaluator", "category", "features")
    return replace(table, **{name: getattr(table, name)[mask] for name in columns})


def of_cells(table: Table, counted: Cells) -> Table:
    """Votes as few rows as they have cells, for a fit that looks at neither prompts nor people."""
    left, right, outcome = np.nonzero(counted > 0)
    none = np.zeros(len(left), dtype=np.int32)
    return replace(
        table,
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        outcome=outcome.astype(np.int8),
        count=counted[left, right, outcome],
        prompt=none,
        evaluator=none,
        category=none,
        features=np.zeros((len(left), 0)),
        feature_names=(),
    )
