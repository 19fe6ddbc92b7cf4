"""How far people who voted on the same two answers agree. Pure: a table of votes in, figures out."""

from typing import TypedDict

import numpy as np

from evaluation.statistics.table import Table


class Overlap(TypedDict):
    """Of `units` comparisons with two votes or more: `alike` is the share of pairs of votes on one
    that say the same of three (first, second, even), `alpha` Krippendorff's, None where chance
    alone would agree on everything."""

    units: int
    votes: int
    alike: float | None
    alpha: float | None


def overlap(table: Table) -> Overlap:
    """Krippendorff's alpha of nominal data: 1 − observed / expected disagreement (Krippendorff,
    Content Analysis, 2004, section 11.3)."""
    size = len(table.models)
    turned = table.left > table.right
    first, second = np.minimum(table.left, table.right), np.maximum(table.left, table.right)
    # 0 the first by its number, 1 the second, 2 even: wherever the answers stood.
    said = np.where(table.outcome >= 2, 2, table.outcome ^ turned)
    unit = (table.prompt.astype(np.int64) * size + first) * size + second
    place = np.unique(unit, return_inverse=True)[1]
    counted = np.bincount(place * 3 + said, table.count).astype(np.float64)
    counted = np.pad(counted, (0, -len(counted) % 3)).reshape(-1, 3)
    counted = counted[counted.sum(axis=1) >= 2]
    of_unit, of_value = counted.sum(axis=1), counted.sum(axis=0)
    votes = float(of_unit.sum())
    if not len(counted):
        return {"units": 0, "votes": 0, "alike": None, "alpha": None}
    pairs = of_unit * (of_unit - 1)
    alike = (counted * (counted - 1)).sum(axis=1)
    observed = float(((pairs - alike) / (of_unit - 1)).sum()) / votes
    expected = float(votes**2 - (of_value**2).sum()) / (votes * (votes - 1))
    return {
        "units": len(counted),
        "votes": int(votes),
        "alike": float(alike.sum() / pairs.sum()),
        "alpha": 1 - observed / expected if expected else None,
    }
