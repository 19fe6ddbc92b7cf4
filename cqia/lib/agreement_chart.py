"""A plot of two judges' scores of the same things."""

from collections import Counter
from collections.abc import Iterable

from cqia.lib.charts import Chart, Row, chart_of


def score_scatter(
    points: Iterable[tuple[float, float]],
    *,
    title: str,
    axes: tuple[str, str],
    limits: tuple[float, float],
) -> Chart:
    """A dot for each quarter point of both scores, larger for more; the diagonal is agreement."""
    import altair as alt

    counts = Counter((round(x * 4) / 4, round(y * 4) / 4) for x, y in points)
    data: list[Row] = [
        {"first": x, "second": y, "count": n} for (x, y), n in sorted(counts.items())
    ]
    scale = alt.Scale(domain=list(limits), zero=False, nice=False)
    axis = alt.Axis(format=".0f", tickMinStep=1)
    dots = (
        alt.Chart(alt.NamedData("rows"))
        .mark_circle(color="$first", opacity=0.7)
        .encode(
            x=alt.X("first:Q", title=axes[0], scale=scale, axis=axis),
            y=alt.Y("second:Q", title=axes[1], scale=scale, axis=axis),
            size=alt.Size("count:Q", scale=alt.Scale(range=[20, 320]), legend=None),
        )
    )
    ends = alt.InlineData([{"at": limits[0]}, {"at": limits[1]}])
    diagonal = (
        alt.Chart(ends)
        .mark_line(color="$quiet", strokeDash=[4, 4])
        .encode(x=alt.X("at:Q", scale=scale), y=alt.Y("at:Q", scale=scale))
    )
    return chart_of(alt.layer(diagonal, dots), data, title, height=320)
