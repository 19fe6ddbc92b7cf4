"""The statistics of real files of COIG-CQIA beside the published ones; `-s` prints what agrees."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from review.statistics import FIGURES
from review.statistics.comparison import Beside, beside, known, published
from review.statistics.counting import every
from tests.statistics_rows import Made
from tests.test_real_data import CQIA, DATA

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not DATA.is_dir(), reason="CQIA_REAL_DATA names no folder with real data"),
]
# The files that hold the whole of a config; that of wiki holds 1,614 of its 10,603 rows.
WHOLE = set(CQIA) - {"wiki"}


def rows() -> Iterator[Made]:
    for name in CQIA:
        with (DATA / f"candidates_cqia_{name}.jsonl").open(encoding="utf-8") as file:
            for line in file:
                yield Made.of(json.loads(line), name, hashlib.sha256(line.encode()).digest())


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    found, whole = {}, sum(CQIA.values())
    for figure in (figure() for figure in FIGURES):
        for number, row in enumerate(rows()):
            if number % every(whole, figure.most) == 0:
                figure.add(row)
        found[figure.id] = figure.data()
    return found


@pytest.fixture(scope="module")
def sides(figures: dict[str, Any]) -> dict[str, Beside]:
    return {row.name: row for row in beside(known("files", figures), published())}


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_whole_config_has_the_published_figures(sides: dict[str, Beside], name: str) -> None:
    this, other = sides[name].this, sides[name].other
    assert this is not None
    assert other is not None
    print(f"\n{name}: {this}, published {other}")
    assert (this.rows, this.answer_max) == (other.rows, other.answer_max)
    # Published without decimals, and not said whether rounded or cut.
    assert this.prompt_mean == pytest.approx(other.prompt_mean, abs=1)
    assert this.answer_mean == pytest.approx(other.answer_mean, abs=1)


def test_a_part_of_a_config_is_told_as_a_part(sides: dict[str, Beside]) -> None:
    this, other = sides["wiki"].this, sides["wiki"].other
    assert this is not None
    assert other is not None
    assert (this.rows, other.rows) == (1614, 10603)


def test_its_diversity_is_told_with_what_it_is_counted_over(figures: dict[str, Any]) -> None:
    verbs, words, likeness = figures["verbs"], figures["words"], figures["likeness"]
    print("\n", verbs["found"], verbs["verbs"], verbs["pairs"], verbs["top"][:5], words, likeness)
    assert verbs["found"] > 1000
    assert words["answer"]["words"] == 100_000
    assert 0.9 < likeness["diversity"] < 1
