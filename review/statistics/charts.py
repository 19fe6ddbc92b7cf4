"""The plots of a release's figures; each takes what was counted, and words are put in here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from cqia.lib import charts, mix_charts
from cqia.lib.charts import Chart
from review.statistics.comparison import Known, beside
from review.statistics.mix import BY

SHOWN = 20  # bars of a plot; the others are one bar

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Side:
    """One side of a comparison; without `figures` where only a table was published."""

    known: Known
    figures: Data | None


def mix(data: Data, by: str) -> Chart:
    """Of each part the share of rows, of characters of answers and, where counted, of tokens."""
    whole = [weight for weight in data["whole"] if weight is not None]
    names = [_("rows"), _("characters of answers"), _("tokens")][: len(whole)]
    top, rest = data["by"][by]["top"][:SHOWN], data["by"][by]["top"][SHOWN:]
    rows = [(label(name), _shares(weights, whole)) for name, *weights in top]
    if rest:
        together = [
            sum(weights) for weights in zip(*(row[1:][: len(whole)] for row in rest), strict=True)
        ]
        rows.append((_("others"), _shares(together, whole)))
    return mix_charts.paired_shares(rows, names, title=f"{_('Mix')} · {BY[by]}")


def label(name: str) -> str:
    return name or _("not stated")


def _shares(weights: Sequence[int | None], whole: Sequence[int]) -> list[float]:
    return [
        round((weight or 0) / all_, 6) if all_ else 0.0
        for weight, all_ in zip(weights, whole, strict=False)
    ]


def lengths(data: Data, side: str) -> Chart:
    """`side`: prompt or answer."""
    title = _("Length of prompts") if side == "prompt" else _("Length of answers")
    return mix_charts.spreads(
        _spread(title, data[side]), [title], title=title, axis=_("characters")
    )


def lengths_beside(this: Side, other: Side, of: str) -> Chart:
    """The lengths of two releases; `of`: prompt or answer."""
    title = _("Length of prompts") if of == "prompt" else _("Length of answers")
    names = [this.known.name, other.known.name]
    rows = [
        row
        for side in (this, other)
        if side.figures
        for row in _spread(side.known.name, side.figures["lengths"][of])
    ]
    return mix_charts.spreads(rows, names, title=title, axis=_("characters"))


def _spread(name: str, spread: Data) -> list[tuple[str, float, float, float]]:
    whole = sum(count for _low, _high, count in spread["bins"])
    # A logarithmic axis has no 0.
    return [
        (name, max(low, 0.5), high, round(count / whole, 6)) for low, high, count in spread["bins"]
    ]


def sources_beside(this: Known, other: Known) -> Chart:
    """Each source's share of the rows on both sides."""
    rows = [
        (
            row.name,
            [
                round(side.share(part), 6) if part else 0.0
                for side, part in ((this, row.this), (other, row.other))
            ],
        )
        for row in beside(this, other)[:SHOWN]
    ]
    return mix_charts.paired_shares(rows, [this.name, other.name], title=_("Share of rows"))


def verbs(data: Data) -> Chart:
    rows = [
        (verb, count, " ".join(f"{noun} {times}" for noun, times in nouns))
        for verb, count, nouns in data["top"][:SHOWN]
    ]
    return mix_charts.with_words(rows, title=_("Verbs and nouns"))


def decisions(data: Data) -> Chart:
    words = {
        "accept": _("accepted as it was"),
        "rewrite": _("rewritten"),
        "rank": _("ranked best"),
        "pick": _("picked"),
        "reject": _("rejected"),
    }
    rows = [(words.get(verdict, verdict), count) for verdict, count in data["verdicts"]]
    return charts.bars(rows, title=_("Decisions"), axis=_("rows"))


def people(data: Data) -> Chart:
    """The share of each person, of those who did most."""
    rows = [
        (person, rows)
        for role in ("annotator", "reviewer")
        for person, rows in data[role]["top"][:SHOWN]
    ]
    return charts.bars(rows, title=_("People"), axis=_("rows"))


def _histogram(data: Data, title: str, axis: str) -> Chart:
    bins = [(low, high, count) for low, high, count in data["bins"]]
    return charts.histogram(bins, title=title, axis=axis)


def parts(this: Side) -> list[tuple[str, Any]]:
    """What the mix is shown by: whatever tells at least two kinds of rows apart, and the sources."""
    told = this.figures["mix"]["by"] if this.figures else {}
    return [(by, words) for by, words in BY.items() if by == "source" or told[by]["names"] > 1]


def draw(name: str, this: Side, other: Side | None) -> Chart | None:
    """The plot of this name, beside the other side where it can be; None where there is no such one."""
    if other is not None and name == "sources":
        return sources_beside(this.known, other.known)
    if other is not None and other.figures is not None and name in ("prompt", "answer"):
        return lengths_beside(this, other, name)
    if this.figures is None or name not in CHARTS:
        return None
    figure, builder = CHARTS[name]
    return builder(this.figures[figure])


CHARTS: Mapping[str, tuple[str, Callable[[Data], Chart]]] = {
    **{by: ("mix", partial(mix, by=by)) for by in BY},
    "prompt": ("lengths", lambda data: lengths(data, "prompt")),
    "answer": ("lengths", lambda data: lengths(data, "answer")),
    "scores": ("scores", lambda data: _histogram(data, _("Scores"), _("score"))),
    "agreement": ("agreement", lambda data: _histogram(data, _("Agreement"), _("agreement"))),
    "decisions": ("decisions", decisions),
    "edits": (
        "decisions",
        lambda data: _histogram(
            data["edits"], _("Size of rewrites"), _("share of both texts that came or went")
        ),
    ),
    "people": ("people", people),
    "verbs": ("verbs", verbs),
    "likeness": (
        "likeness",
        lambda data: _histogram(
            data["nearest"], _("Likeness"), _("likeness to the row most like it")
        ),
    ),
}
"""The other plots by their names in the address: the figure that each is drawn from, and how."""
