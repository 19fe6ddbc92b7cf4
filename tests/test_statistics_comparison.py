"""A release beside another one and beside the published figures."""

import pytest

from review.statistics.comparison import Known, Part, beside, known, matching, published


def side(name: str, **rows: int) -> Known:
    parts = tuple(Part(source, count, 10.0, 20.0, 30) for source, count in rows.items())
    return Known(name, Part(name, sum(rows.values()), 10.0, 20.0, 30), parts)


def test_sources_meet_by_name_the_greatest_share_first() -> None:
    found = beside(side("2", tea=2, wine=1), side("1", tea=400, beer=900))
    assert [(row.name, bool(row.this), bool(row.other)) for row in found] == [
        ("beer", False, True),
        ("tea", True, True),
        ("wine", True, False),
    ]


def test_shares_are_of_each_side() -> None:
    [tea, _wine] = beside(side("2", tea=3, wine=1), side("1", tea=5))
    assert (tea.share, tea.other_share) == (0.75, 1.0)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("wiki", "wiki"),
        ("candidates_cqia_wiki", "wiki"),
        ("CQIA/logi_qa", "logi_qa"),
        ("wikihow", ""),
        ("mywiki", ""),
    ],
)
def test_a_source_meets_the_config_that_its_name_ends_with(name: str, found: str) -> None:
    assert matching(name, ["wiki", "qa", "logi_qa"]) == found


def test_the_published_table_adds_up() -> None:
    table = published()
    assert len(table.sources) == 13
    assert sum(part.rows for part in table.sources) == table.total.rows == 44694
    mean = sum(part.characters for part in table.sources) / table.total.rows
    assert mean == pytest.approx(table.total.answer_mean, abs=1)


def test_it_tells_shares_by_rows_and_by_text() -> None:
    """As facts say: finance is 25% of rows and 52% of output characters."""
    finance = next(part for part in published().sources if part.name == "finance")
    assert published().share(finance) == pytest.approx(0.25, abs=0.005)
    assert published().text_share(finance) == pytest.approx(0.52, abs=0.005)


def test_a_side_is_made_of_what_was_counted() -> None:
    figures = {
        "mix": {"whole": [2, 30, None]},
        "lengths": {
            "prompt": {"mean": 4.0},
            "answer": {"mean": 15.0, "max": 20},
            "sources": [["tea", 2, 4.0, 15.0, 20]],
        },
    }
    made = known("1.0.0", figures)
    assert made.total == Part("1.0.0", 2, 4.0, 15.0, 20)
    assert made.share(made.sources[0]) == made.text_share(made.sources[0]) == 1.0
