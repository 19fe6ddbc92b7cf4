"""Plots of predicted chances: precision by recall, and whether chances come true."""

from collections.abc import Sequence

from cqia.lib.charts import Chart, Row, chart_of

# Altair is imported by each builder, as in charts.py.


def precision_recall(
    points: Sequence[tuple[float, float, float]],
    baseline: float,
    *,
    title: str,
    axes: tuple[str, str],
) -> Chart:
    """A point for each (line, precision, recall), and the precision of taking everything, dashed.

    `axes` are the words for recall and precision.
    """
    import altair as alt

    keys = ("line", "precision", "recall")
    data: list[Row] = [dict(zip(keys, point, strict=True)) for point in points]
    share = alt.Scale(domain=[0, 1])
    line = (
        alt.Chart(alt.NamedData("rows"))
        .mark_line(strokeWidth=2, color="$first", order=True)
        .encode(
            x=alt.X("recall:Q", title=axes[0], scale=share, axis=alt.Axis(format="%")),
            y=alt.Y("precision:Q", title=axes[1], scale=share, axis=alt.Axis(format="%")),
            order="line:Q",
        )
    )
    everything = alt.Chart(alt.InlineData([{"at": baseline}]))
    rule = everything.mark_rule(color="$last", strokeWidth=2, strokeDash=[5, 3]).encode(y="at:Q")
    return chart_of(alt.layer(line, rule), data, title, height=240)


def calibration(
    bins: Sequence[tuple[float, float, int]], *, title: str, axes: tuple[str, str]
) -> Chart:
    """A dot for each (mean chance, share that came true, rows); on the dashed diagonal they agree.

    `axes` are the words for the chance said and the share that came true.
    """
    import altair as alt

    keys = ("said", "came_true", "rows")
    data: list[Row] = [dict(zip(keys, part, strict=True)) for part in bins]
    share = alt.Scale(domain=[0, 1])
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("said:Q", title=axes[0], scale=share, axis=alt.Axis(format="%")),
        y=alt.Y("came_true:Q", title=axes[1], scale=share, axis=alt.Axis(format="%")),
    )
    ends = alt.Chart(alt.InlineData([{"at": 0}, {"at": 1}]))
    diagonal = ends.mark_line(color="$last", strokeWidth=2, strokeDash=[5, 3])
    dots = base.mark_line(strokeWidth=1, color="$first") + base.mark_point(
        filled=True, size=70, opacity=1
    )
    return chart_of(alt.layer(diagonal.encode(x="at:Q", y="at:Q"), dots), data, title, height=240)
