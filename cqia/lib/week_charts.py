"""Plots of what changes week by week."""

from collections.abc import Sequence

from cqia.lib.charts import Chart, Row, chart_of

# Altair is imported by the builder, as in charts.py.


def shares_by_week(
    rows: Sequence[tuple[str, float, float, float, int]], *, title: str, axis: str
) -> Chart:
    """A dot for the share of each week and a whisker from `low` to `high`: (week, share, low, high, of)."""
    import altair as alt

    keys = ("week", "share", "low", "high", "of")
    data: list[Row] = [dict(zip(keys, row, strict=True)) for row in rows]
    scale, percent = alt.Scale(domain=[0, 1]), alt.Axis(format="%", tickCount=5)
    weeks = alt.Axis(labelAngle=0, labelOverlap=True)
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("week:N", sort=None, title=None, axis=weeks)
    )
    whisker = base.mark_rule(strokeWidth=2).encode(
        y=alt.Y("low:Q", scale=scale, title=axis, axis=percent), y2="high:Q"
    )
    dot = base.mark_point(filled=True, size=80, opacity=1).encode(y="share:Q")
    label = base.mark_text(align="left", dx=9).encode(
        y="share:Q", text=alt.Text("share:Q", format=".0%")
    )
    return chart_of(alt.layer(whisker, dot, label), data, title, height=200)
