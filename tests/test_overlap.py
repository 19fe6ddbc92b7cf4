"""Agreement of people on the same comparisons, by hand and by a plain count of pairs."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from evaluation.statistics.overlap import overlap
from evaluation.statistics.table import Table
from tests.test_adjusting import few, made


def said(*units: list[int]) -> Table:
    """Votes on a comparison a list: 0 for the first of two models, 1 for the other, 2 for neither."""
    outcomes = [each for unit in units for each in unit]
    prompts = [at for at, unit in enumerate(units) for _ in unit]
    return replace(few(outcomes), prompt=np.array(prompts, dtype=np.int32))


def plain(units: list[list[int]]) -> float:
    """Alpha by going through all pairs of values, as its definition has it."""
    units = [unit for unit in units if len(unit) > 1]
    values = [each for unit in units for each in unit]
    observed = sum(sum(a != b for a, b in permutations(u, 2)) / (len(u) - 1) for u in units)
    expected = sum(a != b for a, b in permutations(values, 2)) / (len(values) - 1)
    return 1 - observed / expected


def test_it_is_krippendorffs_alpha() -> None:
    units = [[0, 0, 1], [1, 1], [2, 0], [0, 0, 0, 2], [1]]
    found = overlap(said(*units))
    assert found["alpha"] == pytest.approx(plain(units))
    assert (found["units"], found["votes"]) == (4, 11)
    # 3, 1, 1 and 6 pairs of votes, of which 1, 1, 0 and 3 are alike.
    assert found["alike"] == pytest.approx(5 / 11)


def test_sides_do_not_matter() -> None:
    table = said([0, 1, 2], [0, 0])
    other = replace(
        table,
        left=table.right,
        right=table.left,
        outcome=np.array([1, 0, 3, 1, 1], dtype=np.int8),
    )
    assert overlap(other) == overlap(table)


def test_two_pairs_of_models_on_one_prompt_are_two_comparisons() -> None:
    table = made(1, votes=400)
    both = overlap(table)
    assert both["units"] > len(table.prompts)
    assert both["alpha"] is not None
    assert -1 <= both["alpha"] <= 1


@pytest.mark.parametrize(("units", "alpha"), [([[0], [1]], None), ([[0, 0], [0, 0]], None)])
def test_where_nothing_is_known_it_says_nothing(units: list[list[int]], alpha: None) -> None:
    assert overlap(said(*units))["alpha"] is alpha
