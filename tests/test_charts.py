import re
import struct
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy

from cqia.lib import charts, filter_charts
from cqia.lib.chart_response import narrow
from cqia.lib.charts import Chart, Theme


def words(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ET.fromstring(svg).findall(".//{*}text")]


def fills(svg: str) -> set[str]:
    return {part.get("fill", "") for part in ET.fromstring(svg).iter()}


@pytest.fixture
def funnel() -> Chart:
    return charts.funnel([("导入", 2000), ("通过", 500)], title="漏斗")


def test_it_draws_chinese_labels_and_figures(funnel: Chart) -> None:
    assert words(funnel.svg()) == ["导入", "通过", "2,000 · 100%", "500 · 25%"]


def test_it_asks_for_chinese_faces(funnel: Chart) -> None:
    assert "Noto Sans CJK SC" in funnel.svg()


@pytest.mark.parametrize(("theme", "accent"), [("light", "#1661ab"), ("dark", "#82b8ef")])
def test_it_wears_the_colours_of_the_theme(funnel: Chart, theme: Theme, accent: str) -> None:
    assert accent in fills(funnel.svg(theme))


def test_it_never_takes_a_label_for_a_colour() -> None:
    assert "$first" in words(charts.bars([("$first", 1.0)], title="").svg())


def test_it_names_the_plot_for_screen_readers(funnel: Chart) -> None:
    title = ET.fromstring(funnel.svg()).find("{*}title")
    assert title is not None
    assert title.text == "漏斗"


def test_it_escapes_labels() -> None:
    svg = charts.bars([("<script>alert('1')</script>", 1.0)], title="</svg><script>").svg()
    assert words(svg)[-2:] == ["<script>alert('1')</script>", "1"]
    assert [part.tag for part in ET.fromstring(svg).iter() if part.tag.endswith("script")] == []


def test_it_takes_words_still_to_be_translated() -> None:
    monday: Any = gettext_lazy("Monday")
    with translation.override("zh-hans"):
        svg = charts.columns([(monday, 1)], title=monday, axis=monday).svg()
    assert words(svg).count("星期一") == 2


def test_it_makes_a_png_of_twice_the_size(funnel: Chart) -> None:
    png, svg = funnel.png(), ET.fromstring(funnel.svg())
    width, height = struct.unpack(">II", png[16:24])
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert (width, height) == pytest.approx(
        (2 * float(svg.attrib["width"]), 2 * float(svg.attrib["height"])), abs=2
    )


def test_it_gives_the_numbers_as_csv_for_excel(funnel: Chart) -> None:
    assert funnel.csv() == "\ufeffstep,count,share\r\n导入,2000,1.0\r\n通过,500,0.25\r\n"


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@x"])
def test_it_keeps_a_spreadsheet_from_running_a_label(label: str) -> None:
    assert f"\r\n'{label},-2.5\r\n" in charts.bars([(label, -2.5)], title="").csv()


def test_it_draws_a_line_at_each_threshold() -> None:
    bins = charts.binned([1.0, 2.0, 2.0, 3.0], 2)
    plain = charts.histogram(bins, title="", axis="长度")
    marked = charts.histogram(bins, title="", axis="长度", thresholds=[1.5, 2.5])
    assert plain.svg().count('stroke="#e08b2d"') == 0
    assert marked.svg().count('stroke="#e08b2d"') == 2


def test_it_draws_columns() -> None:
    chart = charts.columns([("11-01", 3), ("11-02", 5)], title="", axis="条")
    assert {"11-01", "11-02", "条"} < set(words(chart.svg()))


@pytest.mark.parametrize(
    ("values", "bins"),
    [
        ([], []),
        ([2.0, 2.0], [(1.5, 2.5, 2)]),
        ([0.0, 1.0, 2.0, 4.0], [(0.0, 2.0, 2), (2.0, 4.0, 2)]),
    ],
)
def test_it_bins_values(values: list[float], bins: list[tuple[float, float, int]]) -> None:
    assert charts.binned(values, 2) == bins


@pytest.mark.parametrize(
    "chart",
    [
        charts.funnel([], title=""),
        charts.funnel([("无", 0)], title=""),
        charts.histogram([], title="", axis=""),
        charts.bars([], title=""),
    ],
)
def test_it_draws_nothing_without_failing(chart: Chart) -> None:
    assert ET.fromstring(chart.svg()).tag.endswith("svg")


def test_it_fetches_nothing(funnel: Chart) -> None:
    spec = funnel.spec | {"data": {"url": "http://127.0.0.1:9/rows.json"}}
    with pytest.raises(ValueError, match="not allowed"):
        Chart(spec, [], "").svg()


def test_it_names_both_shares_of_a_line() -> None:
    names = ("Precision", "Recall")
    plot = filter_charts.shares_by_line(
        [(1, 1, 0.5), (2, 0.9, 0.8)], names, title="Line", axis="characters", marks=[2]
    )
    drawing = plot.svg()
    assert all(f">{name}<" in drawing for name in names)
    assert plot.csv().splitlines()[1:3] == ["1,1,Precision", "1,0.5,Recall"]


def test_it_stacks_parts_in_the_order_of_their_colours() -> None:
    plot = filter_charts.stacked(
        [("茶", "dropped", 3), ("茶", "queued", 7)],
        {"dropped": "$last", "queued": "$middle"},
        title="Funnel",
    )
    drawing = plot.svg("dark")
    assert drawing.index("#e8a15c") < drawing.index("#555b64")


def test_it_writes_the_share_into_each_cell() -> None:
    plot = filter_charts.heat_map([("a", "b", 3, 0.75)], title="Overlap", axes=("of", "in"))
    assert ">75%<" in plot.svg()


def test_a_narrow_plot_says_the_same_in_less_room() -> None:
    wide = charts.bars([("茶", 3), ("水", 1)], title="占比")
    phone = narrow(wide)
    widths = [float(ET.fromstring(chart.svg()).attrib["width"]) for chart in (wide, phone)]
    assert widths[1] < 400 < widths[0]
    assert phone.csv() == wide.csv()


def test_no_channel_is_changed_after_it_was_made() -> None:
    """Altair keeps what such a call is for where all threads share it."""
    late = re.compile(r"\.(legend|scale|axis|title|sort|bin|stack|format)\((?!\))")
    found = [
        f"{file.name}: {line.strip()}"
        for file in Path(charts.__file__).parent.glob("*charts.py")
        for line in file.read_text("utf-8").splitlines()
        if late.search(line)
    ]
    assert found == []
