"""Plots of the pre-filter: shares by line, overlap of checks, and what becomes of the rows."""

import json
from collections.abc import Mapping, Sequence

from cqia.lib.charts import Chart, Row, chart_of

# Altair is imported by each builder, as in charts.py.


def shares_by_line(
    rows: Sequence[tuple[float, float, float]],
    names: tuple[str, str],
    *,
    title: str,
    axis: str,
    marks: Sequence[float] = (),
) -> Chart:
    """Two shares, such as precision and recall, by where the line stands; dashes at `marks`."""
    import altair as alt

    data: list[Row] = [
        {"line": at, "share": share, "which": name}
        for at, *shares in rows
        for name, share in zip(names, shares, strict=True)
    ]
    colours = alt.Scale(domain=list(names), range=["$first", "$last"])
    colour = alt.Color("which:N", scale=colours, legend=alt.Legend(symbolType="stroke"))
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("line:Q", title=axis, scale=alt.Scale(zero=False), axis=alt.Axis(grid=False)),
        y=alt.Y("share:Q", title=None, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        color=colour,
    )
    # Also told apart without colour: the second is dotted.
    dash = alt.StrokeDash("which:N", scale=alt.Scale(domain=list(names), range=[[1, 0], [2, 3]]))
    lines = base.mark_line(strokeWidth=2).encode(strokeDash=dash)
    points = base.mark_point(filled=True, size=30, opacity=1)
    at = alt.Chart(alt.InlineData([{"at": mark} for mark in marks]))
    rules = at.mark_rule(color="$ink", strokeDash=[5, 3]).encode(x="at:Q")
    return chart_of(alt.layer(lines, points, rules), data, title, height=200)


def heat_map(
    rows: Sequence[tuple[str, str, int, float]], *, title: str, axes: tuple[str, str]
) -> Chart:
    """A cell for each (row, column, count, share), darker for a greater share, with its figure."""
    import altair as alt

    keys = ("row", "column", "count", "share")
    data: list[Row] = [dict(zip(keys, row, strict=True)) for row in rows]
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("column:N", sort=None, title=axes[1], axis=alt.Axis(labelAngle=-40, orient="top")),
        y=alt.Y("row:N", sort=None, title=axes[0]),
    )
    depth = alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None)
    cells = base.mark_rect(color="$first", stroke="$line").encode(opacity=depth)
    light, deep = alt.value("$ink"), alt.value("$on-first")
    figures = base.mark_text(fontSize=11).encode(
        text=alt.Text("share:Q", format=".0%"),
        color=alt.condition("datum.share > 0.55", deep, light),
    )
    return chart_of(alt.layer(cells, figures), data, title)


def stacked(
    rows: Sequence[tuple[str, str, int]], colours: Mapping[str, str], *, title: str
) -> Chart:
    """A bar for each label, of parts (label, part, count) in the order of their colours."""
    import altair as alt

    keys = ("label", "part", "count")
    data: list[Row] = [dict(zip(keys, row, strict=True)) for row in rows]
    order = list(colours)
    places = alt.Chart(alt.NamedData("rows")).transform_calculate(
        place=f"indexof({json.dumps(order)}, datum.part)"
    )
    scale = alt.Scale(domain=order, range=list(colours.values()))
    legend = alt.Legend(symbolType="square", columns=4)
    axis = alt.Axis(format=",d", tickCount=6, grid=False)
    bars = places.mark_bar(height=alt.RelativeBandSize(0.7), stroke="$line").encode(
        x=alt.X("sum(count):Q", title=None, axis=axis),
        y=alt.Y("label:N", sort=None, title=None),
        color=alt.Color("part:N", scale=scale, legend=legend),
        order="place:Q",
    )
    return chart_of(bars, data, title)
