import xml.etree.ElementTree as ET

import pytest

from cqia.lib import rank_charts
from cqia.lib.charts import Chart


def words(chart: Chart) -> list[str]:
    return ["".join(text.itertext()) for text in ET.fromstring(chart.svg()).findall(".//{*}text")]


def test_two_boards_stand_side_by_side_and_say_which_is_which() -> None:
    rows = [("甲", "raw", 1050.0, 1010.0, 1090.0), ("甲", "adjusted", 1030.0, 990.0, 1070.0)]
    chart = rank_charts.whiskers(rows, ["raw", "adjusted"], title="t", axis="rating")
    assert {"甲", "raw", "adjusted", "rating"} <= set(words(chart))
    assert chart.csv().splitlines()[1] == "甲,raw,1050.0,1010.0,1090.0"


def test_one_board_alone_needs_no_legend() -> None:
    rows = [("甲", "raw", 1050.0, 1010.0, 1090.0)]
    assert "raw" not in words(rank_charts.whiskers(rows, ["raw"], title="t", axis="rating"))


def test_bars_carry_their_counts_and_the_interval() -> None:
    rows = [("a", 50, 10, 20, 0.6, 0.8), ("never met", 0, 0, 0, 0.0, 1.0)]
    chart = rank_charts.outcomes(rows, ("win", "tie", "lose"), title="t")
    assert {"50", "10", "20"} <= set(words(chart))
    assert [(row["outcome"], row["share"], row["low"]) for row in chart.data] == [
        ("win", 0.625, 0.6),
        ("tie", 0.125, None),
        ("lose", 0.25, None),
    ]


def test_a_matrix_is_in_the_order_of_the_board() -> None:
    rows = [("b", "a", 0.7, 10), ("a", "b", 0.3, 10)]
    chart = rank_charts.win_matrix(rows, title="t", axes=("wins of", "against"))
    assert [word for word in words(chart) if word in ("70%", "30%")] == ["70%", "30%"]
    assert chart.spec["height"] == 60


@pytest.mark.parametrize("models", [2, 100])
def test_a_matrix_of_many_models_stays_on_the_page(models: int) -> None:
    names = [f"m{at}" for at in range(models)]
    rows = [(one, other, 0.5, 1) for one in names for other in names if one != other]
    chart = rank_charts.win_matrix(rows, title="t", axes=("a", "b"))
    assert chart.spec["height"] <= 1200


def test_ratings_by_category_are_drawn_around_a_thousand() -> None:
    chart = rank_charts.rating_map(
        [("a", "写", 1100.0), ("b", "写", 900.0)], title="t", axes=("model", "category")
    )
    assert {"1100", "900", "写"} <= set(words(chart))
