"""Plots for pages and papers: SVG, PNG, and the numbers as CSV.

A builder makes a `Chart` from plain rows and words its caller has translated; Vega-Lite draws it
in this process, fetching nothing. Colours stand in a plot by name and become those of the light or
the dark theme when it is drawn: blue, grey and orange, which all kinds of colour vision tell apart.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any, Literal

import vl_convert

if TYPE_CHECKING:
    import altair as alt

# Altair takes a second to import, so each builder does it itself: a page without a plot, a command
# and a worker never wait for it. Properties of a channel are given when it is made: set by a call of
# their own, as Altair allows, they may land in another thread's plot (tests/test_charts.py).

Theme = Literal["light", "dark"]
Row = Mapping[str, str | int | float | None]

FONT = "PingFang SC, Noto Sans CJK SC, Microsoft YaHei, Source Han Sans SC, system-ui, sans-serif"

_COLOURS: dict[Theme, dict[str, str]] = {
    "light": {
        "$ink": "#1b1c1e",
        "$quiet": "#65696f",
        "$line": "#e2e2de",
        "$first": "#1661ab",
        "$on-first": "#ffffff",
        "$soft": "#8fb8de",
        "$middle": "#c9cbcf",
        "$on-middle": "#1b1c1e",
        "$last": "#e08b2d",
        "$on-last": "#1b1c1e",
    },
    "dark": {
        "$ink": "#e7e7e4",
        "$quiet": "#9a9ea5",
        "$line": "#2f3339",
        "$first": "#82b8ef",
        "$on-first": "#0c1b2b",
        "$soft": "#436a92",
        "$middle": "#555b64",
        "$on-middle": "#ffffff",
        "$last": "#e8a15c",
        "$on-last": "#1b1c1e",
    },
}
_CONFIG: dict[str, Any] = {
    "background": "transparent",
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "$quiet",
        "titleColor": "$quiet",
        "gridColor": "$line",
        "domainColor": "$line",
        "tickColor": "$line",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "axisX": {"labelSeparation": 6},
    "axisY": {"labelColor": "$ink"},
    "legend": {"labelColor": "$ink", "labelFontSize": 12, "title": None, "orient": "top"},
    "text": {"color": "$ink", "fontSize": 12},
    "bar": {"color": "$first"},
    "point": {"color": "$first"},
    "rule": {"color": "$first"},
}
WIDTH, LABELS = 560, 220  # pixels: of the plot, and at most of the labels beside it
_BAND = 30  # pixels a row


@dataclass(frozen=True)
class Chart:
    """A plot, its numbers and its title; `title` is for the reader of the page, not drawn."""

    spec: dict[str, Any]
    data: Sequence[Row]
    title: str
    labels: int = LABELS

    def svg(self, theme: Theme = "light") -> str:
        """The title is in it, for those who hear the picture."""
        head, end, drawing = _svg(self._drawn(theme)).partition(">")
        return f"{head}{end}<title>{escape(str(self.title))}</title>{drawing}"

    def png(self, theme: Theme = "light") -> bytes:
        """At two pixels a point, for screens and print; the background is transparent."""
        return _png(self._drawn(theme))

    def csv(self) -> str:
        """The numbers drawn, with the mark at the start that makes Excel read UTF-8."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(self.data[0] if self.data else [])
        writer.writerows([_cell(value) for value in row.values()] for row in self.data)
        return "\ufeff" + out.getvalue()

    def _drawn(self, theme: Theme) -> str:
        """The specification with this theme's colours, and the data put in after them.

        A word that is still to be translated becomes text here, in the reader's language.
        """
        axis = _CONFIG["axis"] | {"labelLimit": self.labels}
        coloured = json.dumps(self.spec | {"config": _CONFIG | {"axis": axis}}, default=str)
        for name, colour in _COLOURS[theme].items():
            coloured = coloured.replace(f'"{name}"', f'"{colour}"')
        spec = json.loads(coloured)
        spec["datasets"] = spec.get("datasets", {}) | {"rows": [dict(row) for row in self.data]}
        return json.dumps(spec, default=str)


def funnel(steps: Sequence[tuple[str, int]], *, title: str) -> Chart:
    """How many are left after each step, with the share of the first."""
    import altair as alt

    first = steps[0][1] if steps else 0
    data: list[Row] = [
        {"step": label, "count": count, "share": count / first if first else 0.0}
        for label, count in steps
    ]
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("count:Q", axis=None), y=alt.Y("step:N", sort=None, title=None)
    )
    words = "format(datum.count, ',') + ' · ' + format(datum.share, '.0%')"
    label = base.mark_text(align="left", dx=6).transform_calculate(words=words)
    bars = base.mark_bar(height=alt.RelativeBandSize(0.7))
    return chart_of(bars + label.encode(text="words:N"), data, title)


def histogram(
    bins: Sequence[tuple[float, float, int]],
    *,
    title: str,
    axis: str,
    thresholds: Sequence[float] = (),
) -> Chart:
    """Bars from `low` to `high` with their counts, and a line at each threshold."""
    import altair as alt

    keys = ("low", "high", "count")
    data: list[Row] = [dict(zip(keys, row, strict=True)) for row in bins]
    bars = (
        alt.Chart(alt.NamedData("rows"))
        .mark_bar(binSpacing=1)
        .encode(
            x=alt.X("low:Q", title=axis, axis=alt.Axis(grid=False), bin="binned"),
            x2="high:Q",
            y=alt.Y("count:Q", title=None, axis=alt.Axis(tickMinStep=1)),
        )
    )
    marks = alt.InlineData([{"at": threshold} for threshold in thresholds])
    lines = alt.Chart(marks).mark_rule(color="$last", strokeWidth=2, strokeDash=[5, 3])
    return chart_of(alt.layer(bars, lines.encode(x="at:Q")), data, title, height=180)


def bars(rows: Sequence[tuple[str, float]], *, title: str, axis: str | None = None) -> Chart:
    """A bar a row with its figure, in the order given."""
    import altair as alt

    data: list[Row] = [{"label": label, "value": value} for label, value in rows]
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("value:Q", title=axis, axis=alt.Axis(grid=False, tickCount=6)),
        y=alt.Y("label:N", sort=None, title=None),
    )
    label = base.mark_text(align="left", dx=6).encode(text=alt.Text("value:Q", format=",.6~g"))
    return chart_of(base.mark_bar(height=alt.RelativeBandSize(0.7)) + label, data, title)


def columns(rows: Sequence[tuple[str, float]], *, title: str, axis: str | None = None) -> Chart:
    """An upright bar a row, in the order given: days, weeks."""
    import altair as alt

    data: list[Row] = [{"label": label, "value": value} for label, value in rows]
    spec = (
        alt.Chart(alt.NamedData("rows"))
        .mark_bar(width=alt.RelativeBandSize(0.8))
        .encode(
            x=alt.X(
                "label:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)
            ),
            y=alt.Y("value:Q", title=axis),
        )
    )
    return chart_of(spec, data, title, height=180)


def binned(values: Sequence[float], count: int = 30) -> list[tuple[float, float, int]]:
    """Equal bins from the least to the greatest value, as `histogram` takes them."""
    if not values:
        return []
    low, high = min(values), max(values)
    if low == high:
        return [(low - 0.5, low + 0.5, len(values))]
    width = (high - low) / count
    counts = [0] * count
    for value in values:
        counts[min(int((value - low) / width), count - 1)] += 1
    return [(low + i * width, low + (i + 1) * width, n) for i, n in enumerate(counts)]


def chart_of(
    spec: "alt.Chart | alt.LayerChart | alt.FacetChart",
    data: Sequence[Row],
    title: str,
    height: int | None = None,
) -> Chart:
    """Rows of the same height, so that plots of few and of many look alike."""
    import altair as alt

    sized = spec.properties(width=WIDTH, height=height or alt.Step(_BAND))
    return Chart(sized.to_dict(validate=False), data, title)


def _cell(value: str | int | float | None) -> str | int | float | None:
    # A spreadsheet would run a text that begins like this as a formula.
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value


@lru_cache(maxsize=256)
def _svg(spec: str) -> str:
    return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))


@lru_cache(maxsize=64)
def _png(spec: str) -> bytes:
    return bytes(vl_convert.vegalite_to_png(spec, scale=2, allowed_base_urls=[]))
