"""Plots of what a dataset is made of, each of one dataset or of two side by side."""

from collections.abc import Sequence

from cqia.lib.charts import Chart, Row, chart_of

# Altair is imported by each builder, as in charts.py.


def paired_shares(
    rows: Sequence[tuple[str, Sequence[float]]], names: Sequence[str], *, title: str
) -> Chart:
    """A label's two or three shares, one bar below the other, with their figures; 1 is the whole.

    `names` says what each of the shares is of.
    """
    import altair as alt

    data: list[Row] = [
        {"label": label, "of": name, "share": share}
        for label, shares in rows
        for name, share in zip(names, shares, strict=True)
    ]
    colours = ["$first", "$last", "$middle"][: len(names)]
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("share:Q", title=None, axis=alt.Axis(format="%", grid=False, tickCount=6)),
        y=alt.Y("label:N", sort=None, title=None),
        yOffset=alt.YOffset("of:N", sort=list(names)),
    )
    scale = alt.Scale(domain=list(names), range=colours)
    legend = alt.Legend(symbolType="square")
    bars = base.mark_bar().encode(color=alt.Color("of:N", scale=scale, legend=legend))
    figures = base.mark_text(align="left", dx=5, fontSize=11).encode(
        text=alt.Text("share:Q", format=".1%")
    )
    return chart_of(bars + figures, data, title, height=len(rows) * (14 * len(names) + 10) or 40)


def spreads(
    rows: Sequence[tuple[str, float, float, float]], names: Sequence[str], *, title: str, axis: str
) -> Chart:
    """Shares of (name, from, to, share) bins on a logarithmic axis, a line for each name."""
    import altair as alt

    keys = ("of", "low", "high", "share")
    data: list[Row] = [dict(zip(keys, row, strict=True)) for row in rows]
    colours, dashes = ["$first", "$last"][: len(names)], [[1, 0], [5, 3]][: len(names)]
    legend = alt.Legend(symbolType="stroke") if len(names) > 1 else None
    scale = alt.Scale(type="log", nice=False)
    marks = [step * 10**power for power in range(7) for step in (1, 2, 5)]
    ticks = alt.Axis(grid=False, format=",d", values=marks, labelOverlap=True)
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("low:Q", scale=scale, title=axis, axis=ticks),
        y=alt.Y("share:Q", title=None, axis=alt.Axis(format="%")),
        color=alt.Color("of:N", scale=alt.Scale(domain=list(names), range=colours), legend=legend),
    )
    if len(names) == 1:
        floor = base.transform_calculate(floor="0")
        whole = floor.mark_rect(stroke=None, xOffset=0.5).encode(x2="high:Q", y2="floor:Q")
        return chart_of(whole, data, title, height=180)
    # Also told apart without colour: the second is dashed.
    dash = alt.StrokeDash("of:N", scale=alt.Scale(domain=list(names), range=dashes))
    lines = base.mark_line(strokeWidth=2, interpolate="step-after").encode(strokeDash=dash)
    # The line ends where the last bin begins.
    last = base.transform_joinaggregate(last="max(low)", groupby=["of"])
    ends = last.transform_filter("datum.low == datum.last").mark_rule(strokeWidth=2)
    steps = alt.layer(lines, ends.encode(x2="high:Q", strokeDash=dash))
    return chart_of(steps, data, title, height=200)


def with_words(rows: Sequence[tuple[str, int, str]], *, title: str) -> Chart:
    """A bar for each (label, count, words), with the count and the words behind it."""
    import altair as alt

    keys = ("label", "count", "words")
    data: list[Row] = [dict(zip(keys, row, strict=True)) for row in rows]
    most = max((count for _label, count, _words in rows), default=0)
    base = alt.Chart(alt.NamedData("rows")).encode(
        # Room for the words to the right of the longest bar.
        x=alt.X("count:Q", axis=None, scale=alt.Scale(domain=[0, most * 3 or 1])),
        y=alt.Y("label:N", sort=None, title=None),
    )
    text = "format(datum.count, ',') + ' · ' + datum.words"
    label = base.mark_text(align="left", dx=6, limit=370).transform_calculate(text=text)
    bars = base.mark_bar(height=alt.RelativeBandSize(0.7))
    return chart_of(bars + label.encode(text="text:N"), data, title)
