"""Plots of a ranking: boards side by side, bars with intervals, who beats whom, and effects."""

from collections.abc import Sequence

from cqia.lib.charts import Chart, Row, chart_of

# Altair is imported by each builder, as in charts.py.

Whisker = tuple[str, str, float, float, float]
"""A label, the series it belongs to, the estimate, and the bounds of its interval."""


def whiskers(
    rows: Sequence[Whisker], series: Sequence[str], *, title: str, axis: str, zero: bool = False
) -> Chart:
    """A dot and a whisker for each label and series, one under the other; with a line at 0 if asked.

    Two series are told apart without colour too: the dots of the second are hollow diamonds.
    """
    import altair as alt

    keys = ("label", "series", "value", "low", "high")
    data: list[Row] = [dict(zip(keys, row, strict=True)) for row in rows]
    names = list(series)
    legend = alt.Legend() if len(names) > 1 else None
    colours = alt.Scale(domain=names, range=["$first", "$last"])
    shapes = alt.Scale(domain=names, range=["circle", "diamond"])
    base = alt.Chart(alt.NamedData("rows")).encode(
        y=alt.Y("label:N", sort=None, title=None),
        yOffset=alt.YOffset("series:N", sort=names, scale=alt.Scale(paddingOuter=0.4)),
        color=alt.Color("series:N", scale=colours, legend=legend),
    )
    scale = alt.Scale(zero=zero, nice=True, padding=12)
    whisker = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", scale=scale, title=axis), x2="high:Q"
    )
    dot = base.mark_point(filled=True, size=80, opacity=1).encode(
        x="value:Q", shape=alt.Shape("series:N", scale=shapes, legend=legend)
    )
    layers = [whisker, dot]
    if zero:
        at = alt.Chart(alt.InlineData([{"at": 0}])).mark_rule(color="$quiet", strokeDash=[4, 3])
        layers.insert(0, at.encode(x="at:Q"))
    height = max(len({row[0] for row in rows}), 1) * (18 * len(names) + 14)
    return chart_of(alt.layer(*layers), data, title, height)


Outcome = tuple[str, int, int, int, float, float]
"""A model, its wins, ties (with “both bad”) and losses, and the bounds of “better or equal”."""


def outcomes(rows: Sequence[Outcome], names: tuple[str, str, str], *, title: str) -> Chart:
    """Win, tie and lose bars of 100% as in the paper, with the interval of “better or equal” on each."""
    import altair as alt

    data: list[Row] = [
        _part(row, place, names) for row in rows if sum(row[1:4]) for place in range(3)
    ]
    colour = alt.Scale(domain=list(names), range=["$first", "$middle", "$last"])
    words = alt.Scale(domain=list(names), range=["$on-first", "$on-middle", "$on-last"])
    base = alt.Chart(alt.NamedData("rows")).encode(y=alt.Y("model:N", sort=None, title=None))
    bars = base.mark_bar(height=alt.RelativeBandSize(0.7)).encode(
        x=alt.X("from:Q", title=None, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        x2="end:Q",
        color=alt.Color("outcome:N", scale=colour, legend=alt.Legend(symbolType="square")),
    )
    labels = base.mark_text(dy=-3).encode(
        x="middle:Q",
        text=alt.Text("count:Q", format=","),
        color=alt.Color("outcome:N", scale=words, legend=None),
    )
    once = base.transform_filter("isValid(datum.low)")
    whisker = once.mark_rule(strokeWidth=2, color="$ink", yOffset=8).encode(x="low:Q", x2="high:Q")
    ends = once.mark_tick(thickness=2, size=7, color="$ink", yOffset=8)
    layers = alt.layer(
        bars,
        labels.transform_filter("datum.share >= 0.06"),
        whisker,
        ends.encode(x="low:Q"),
        ends.encode(x="high:Q"),
    )
    spec = layers.resolve_scale(color="independent").transform_calculate(
        end="datum.from + datum.share", middle="datum.from + datum.share / 2"
    )
    return chart_of(spec, data, title)


def win_matrix(
    rows: Sequence[tuple[str, str, float, int]], *, title: str, axes: tuple[str, str]
) -> Chart:
    """How often the model of the row beat that of the column: blue above one half, orange below."""
    import altair as alt

    keys = ("row", "column", "share", "votes")
    data: list[Row] = [dict(zip(keys, row, strict=True)) for row in rows]
    order = list(dict.fromkeys(row[0] for row in rows))
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("column:N", sort=order, title=axes[1], axis=alt.Axis(labelAngle=-40, orient="top")),
        y=alt.Y("row:N", sort=order, title=axes[0]),
    )
    colour = alt.Scale(domain=[0, 0.5, 1], range=["$last", "$line", "$first"], interpolate="rgb")
    cells = base.mark_rect().encode(color=alt.Color("share:Q", scale=colour, legend=None))
    strong = alt.condition("datum.share > 0.75", alt.value("$on-first"), alt.value("$ink"))
    figures = base.mark_text(fontSize=11).encode(
        text=alt.Text("share:Q", format=".0%"), color=strong
    )
    shown = alt.layer(cells, figures) if len(rows) <= _FIGURES else alt.layer(cells)
    models = max(len(order), 1)
    return chart_of(shown, data, title, height=max(6, min(30, 1200 // models)) * models)


def rating_map(
    rows: Sequence[tuple[str, str, float]], *, title: str, axes: tuple[str, str]
) -> Chart:
    """A cell for each model and category with its rating: blue above 1000, orange below."""
    import altair as alt

    keys = ("row", "column", "rating")
    data: list[Row] = [dict(zip(keys, row, strict=True)) for row in rows]
    order = list(dict.fromkeys(row[0] for row in rows))
    widest = max((abs(row[2] - 1000) for row in rows), default=1) or 1
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("column:N", sort=None, title=axes[1], axis=alt.Axis(labelAngle=-40, orient="top")),
        y=alt.Y("row:N", sort=order, title=axes[0]),
    )
    domain = [1000 - widest, 1000, 1000 + widest]
    colour = alt.Scale(domain=domain, range=["$last", "$line", "$first"], interpolate="rgb")
    cells = base.mark_rect().encode(color=alt.Color("rating:Q", scale=colour, legend=None))
    strong = alt.condition(
        f"datum.rating > {1000 + widest / 2}", alt.value("$on-first"), alt.value("$ink")
    )
    figures = base.mark_text(fontSize=11).encode(
        text=alt.Text("rating:Q", format=".0f"), color=strong
    )
    shown = alt.layer(cells, figures) if len(rows) <= _FIGURES else alt.layer(cells)
    models = max(len(order), 1)
    return chart_of(shown, data, title, height=max(6, min(30, 1200 // models)) * models)


_FIGURES = 20 * 19  # cells; with more of them there is no room for a figure in each


def _part(row: Outcome, place: int, names: tuple[str, str, str]) -> Row:
    model, low, high = row[0], row[4], row[5]
    counts = row[1:4]
    total = sum(counts)
    return {
        "model": model,
        "outcome": names[place],
        "count": counts[place],
        "share": counts[place] / total,
        "from": sum(counts[:place]) / total,
        "low": low if place == 0 else None,
        "high": high if place == 0 else None,
    }
