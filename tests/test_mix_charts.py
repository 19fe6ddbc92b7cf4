"""Plots of what a dataset is made of."""

import xml.etree.ElementTree as ET

from cqia.lib import mix_charts
from cqia.lib.charts import Chart
from review.templatetags.cqia_release import bar_by, share


def words(chart: Chart) -> list[str]:
    texts = ET.fromstring(chart.svg()).findall(".//{*}text")
    return ["".join(text.itertext()) for text in texts]


def test_each_label_has_a_bar_for_each_share() -> None:
    rows = [("金融", [0.25, 0.52]), ("知乎", [0.75, 0.48])]
    drawn = words(mix_charts.paired_shares(rows, ["行", "字"], title="占比"))
    assert {"金融", "知乎", "行", "字", "25.0%", "52.0%", "75.0%", "48.0%"} <= set(drawn)


def test_its_table_names_label_measure_and_share() -> None:
    table = mix_charts.paired_shares([("茶", [1.0])], ["行"], title="").csv()
    assert table.splitlines() == ["\ufefflabel,of,share", "茶,行,1.0"]


def test_lengths_of_two_are_told_apart_by_name() -> None:
    bins = [("1.0.0", 10, 15, 1.0), ("1.1.0", 100, 150, 1.0)]
    drawn = words(mix_charts.spreads(bins, ["1.0.0", "1.1.0"], title="长度", axis="字"))
    assert {"1.0.0", "1.1.0", "字", "100%"} <= set(drawn)


def test_lengths_of_one_stand_on_the_axis() -> None:
    """A bar on a logarithmic axis is a rectangle down to 0, not a line where its share is."""
    svg = mix_charts.spreads([("a", 10, 100, 1.0)], ["a"], title="", axis="字").svg()
    bars = [
        path.get("d", "") for path in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}path")
    ]
    assert any("v180" in bar and "h559.5" in bar for bar in bars)


def test_words_stand_behind_the_count() -> None:
    drawn = words(mix_charts.with_words([("写", 1200, "文章 800 诗 400")], title=""))
    assert "1,200 · 文章 800 诗 400" in drawn


def test_nothing_to_draw_is_drawn_too() -> None:
    assert words(mix_charts.with_words([], title="")) == []
    assert mix_charts.paired_shares([], ["行"], title="").svg().startswith("<svg")


def test_a_bar_shows_five_parts_and_the_others_together() -> None:
    parts = [[name, 10 - at, at, None] for at, name in enumerate("abcdefg")]
    assert bar_by(parts, "rows")[-2:] == [("e", 6, "5"), ("others", 9, "rest")]
    assert [value for _label, value, _kind in bar_by(parts, "characters")] == [0, 1, 2, 3, 4, 11]


def test_a_part_without_a_name_is_not_stated() -> None:
    assert bar_by([["", 3, 4, 5]], "tokens") == [("not stated", 5, "1")]


def test_shares_are_told_to_a_tenth() -> None:
    assert share(0.1234) == "12.3%"


def test_of_two_spreads_the_last_bin_is_drawn_to_its_end() -> None:
    bins = [(name, low, high, 0.5) for name in ("甲", "乙") for low, high in ((1, 10), (10, 100))]
    svg = mix_charts.spreads(bins, ["甲", "乙"], title="", axis="字").svg()
    rules = [line.attrib for line in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}line")]
    assert [rule["x2"] for rule in rules if rule.get("stroke-width") == "2"] == ["280", "280"]
