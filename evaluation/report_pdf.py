"""The report of a campaign as PDF: A4, light, in the reader's language.

Han characters are set in STSong-Light, a face that PDF readers bring themselves, so that neither
the server needs a Chinese font nor the file grows by one.
"""

import io
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from evaluation import board_charts, changes
from evaluation.boards import Row, Standings
from evaluation.models import Campaign
from evaluation.templatetags.cqia_rank import percent, signed

# ReportLab is imported where it is used: no other page should wait for it.

_HAN = "STSong-Light"
_RUN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]+")
_INK, _QUIET, _LINE = "#1b1c1e", "#65696f", "#cfcfca"
_WIDTH = 178  # mm between the margins of A4, less the padding of the frame

Table = Sequence[Sequence[str]]


def draw(campaign: Campaign, shown: Standings, method: str) -> bytes:
    """The file. `method` is the address of the page that says how all is computed."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    _register()
    out = io.BytesIO()
    pages = SimpleDocTemplate(
        out,
        pagesize=A4,
        margin=14 * mm,
        leftMargin=14 * mm,
        rightMargin=14 * mm,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
        title=campaign.name,
        author="CQIA",
        invariant=1,  # the same figures give the same bytes
    )
    pages.build(_parts(campaign, shown, method), onFirstPage=_foot, onLaterPages=_foot)
    return out.getvalue()


def _parts(campaign: Campaign, shown: Standings, method: str) -> list[Any]:
    told = {"votes": f"{shown.votes:,}", "people": f"{shown.evaluators:,}"}
    closed = localtime(campaign.closed_at).strftime("%Y-%m-%d") if campaign.closed_at else ""
    parts = [
        _text(campaign.name, "title"),
        _text(_("%(votes)s blind votes of %(people)s evaluators") % told + f" · {closed}", "quiet"),
        *(_text(sentence, "lead") for sentence in (*_warnings(campaign, shown), *shown.verdict)),
        _grid(_board(shown), right=(0, 2, 4, 6, 7) if shown.adjusted else (0, 2, 4, 5)),
    ]
    titles = board_charts.titles(shown)
    for name, wanted in _plots(shown):
        if wanted:
            parts += _plot(titles[name], board_charts.CHARTS[name](shown).png())
    parts += _section(_("What votes lean to, whatever the content"), _effects(shown), right=(1, 2))
    parts += _section(_("Neighbours"), _neighbours(shown), right=(1, 2, 3))
    parts += _section(
        _("What changed since the last campaign"), _changes(campaign), right=(1, 2, 3)
    )
    parts += _section(_("Without each voter"), _left_out(shown), right=(1, 2))
    parts += _section(_("Set-up"), _set_up(campaign), right=())
    parts.append(_text(_("How this is computed:") + f" {method}", "quiet"))
    return parts


def _warnings(campaign: Campaign, shown: Standings) -> list[str]:
    """What has to be known before anything else is read."""
    told = []
    if campaign.demo:
        demo = _(
            "These are demo votes. Nobody cast them: they were written together with the demo to show what a ranking looks like, and they say nothing about any model."
        )
        told.append(demo)
    if shown.groups > 1:
        groups = _(
            "Some models never met, not even through others. They are ranked in groups of their own, and ratings of different groups cannot be compared."
        )
        told.append(groups)
    return told


def _plots(shown: Standings) -> list[tuple[str, bool]]:
    return [
        ("ratings", True),
        ("outcomes", any(row.tally for row in shown.rows)),
        ("pairs", len(shown.rows) > 2),
        ("effects", bool(shown.effects)),
        ("categories", len(shown.by_category) > 1),
        ("criteria", bool(shown.by_criterion)),
    ]


def _board(shown: Standings) -> Table:
    heads = [pgettext("ranking", "Rank"), _("Model"), _("Rating"), _("95% interval")]
    if shown.adjusted:
        heads += [_("Adjusted rating"), _("95% interval")]
    return [[*heads, _("Better or equal"), _("Votes")], *(_line(row, shown) for row in shown.rows)]


def _line(row: Row, shown: Standings) -> list[str]:
    r, a, t = row.rating, row.adjusted, row.tally
    span = "" if r.rank_low == r.rank_high else f" ({r.rank_low}–{r.rank_high})"
    told = [f"{r.rank}{span}", r.model, f"{r.rating:.0f}", f"{r.low:.0f} – {r.high:.0f}"]
    if shown.adjusted:
        told += [f"{a.rating:.0f}", f"{a.low:.0f} – {a.high:.0f}"] if a else ["–", "–"]
    return [*told, percent(t.better_or_equal) if t else "–", f"{r.votes:,}"]


def _effects(shown: Standings) -> Table:
    heads = (_("Effect"), _("Points of rating"), _("95% interval"))
    rows = [
        (e["label"], signed(e["value"]), f"{signed(e['low'])} … {signed(e['high'])}")
        for e in shown.effects
    ]
    return [heads, *rows]


def _neighbours(shown: Standings) -> Table:
    heads = (_("Neighbours"), _("Won by the first"), _("Votes"), _("Votes needed"))
    rows = []
    for pair in shown.neighbours:
        needed = _("cannot be told") if pair["needed"] is None else f"{pair['needed']:,}"
        needed = _("told apart") if pair["told_apart"] else needed
        won = percent(pair["share"]) if pair["votes"] else "–"
        rows.append((f"{pair['one']} – {pair['other']}", won, f"{pair['votes']:,}", needed))
    return [heads, *rows]


def _changes(campaign: Campaign) -> Table:
    found = changes.since_the_last(campaign)
    if found is None:
        return []
    before, rows = found
    heads = (_("Model"), before.name, campaign.name, pgettext("rating", "Change"))
    figures = [(e.model, f"{e.before:.0f}", f"{e.now:.0f}", signed(e.change)) for e in rows]
    return [heads, *figures]


def _left_out(shown: Standings) -> Table:
    heads = (_("Voter left out"), _("Votes"), _("Largest shift"), _("Model"), _("First place"))
    rows = [
        (each["voter"], f"{each['votes']:,}", signed(each["shift"]), each["model"], each["first"])
        for each in shown.left_out[:10]
    ]
    return [heads, *rows]


def _set_up(campaign: Campaign) -> Table:
    from evaluation.standings import care_of

    rows = [
        (_("Prompt set"), campaign.prompt_set.name),
        (_("Baseline"), campaign.baseline.name if campaign.baseline else "–"),
        (_("Votes for each comparison"), str(campaign.votes_per_matchup)),
        *((label, f"{count:,}") for label, count in care_of(campaign)),
        (_("Committed assignment (SHA-256)"), campaign.commitment or "–"),
    ]
    return [("", ""), *rows]


def _register() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    if _HAN not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(_HAN))


def mixed(text: str) -> str:
    """Markup of a paragraph: each run of Han characters and their punctuation in its own face."""
    return _RUN.sub(lambda run: f'<font name="{_HAN}">{run.group()}</font>', escape(text))


def _text(text: str, style: str = "plain") -> Any:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    size, colour, after, face = {
        "title": (18, _INK, 4, "Helvetica-Bold"),
        "lead": (11, _INK, 8, "Helvetica"),
        "section": (12, _INK, 4, "Helvetica-Bold"),
        "quiet": (8.5, _QUIET, 8, "Helvetica"),
        "head": (8, _QUIET, 0, "Helvetica"),
        "right": (9, _INK, 0, "Helvetica"),
        "right-head": (8, _QUIET, 0, "Helvetica"),
        "plain": (9, _INK, 0, "Helvetica"),
    }[style]
    made = ParagraphStyle(
        style,
        fontName=face,
        fontSize=size,
        leading=size * 1.35,
        textColor=colour,
        spaceAfter=after,
        alignment=2 if style.startswith("right") else 0,
        wordWrap="CJK" if _RUN.search(text) else None,
    )
    return Paragraph(mixed(text), made)


def _section(title: str, rows: Table, *, right: tuple[int, ...]) -> list[Any]:
    from reportlab.platypus import KeepTogether, Spacer

    if len(rows) < 2:
        return []
    return [Spacer(1, 12), KeepTogether([_text(title, "section"), _grid(rows, right=right)])]


def _grid(rows: Table, *, right: tuple[int, ...]) -> Any:
    from reportlab.lib.units import mm
    from reportlab.platypus import Table as Grid

    cells = [
        [_text(cell, _style(line, at, right)) for at, cell in enumerate(row)]
        for line, row in enumerate(rows)
        if any(row)
    ]
    weights = [max(_wide(str(row[at])) for row in rows) + 2 for at in range(len(rows[0]))]
    widths = [_WIDTH * mm * weight / sum(weights) for weight in weights]
    rules = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 6),
    ]
    return Grid(cells, colWidths=widths, style=rules, repeatRows=1, hAlign="LEFT")


def _wide(text: str) -> float:
    """About how wide a column must be for a text, in characters, none of them extreme."""
    return min(max(sum(2 if _RUN.match(sign) else 1 for sign in text), 6), 30)


def _style(line: int, at: int, right: tuple[int, ...]) -> str:
    if at in right:
        return "right-head" if line == 0 else "right"
    return "head" if line == 0 else "plain"


def _plot(title: str, png: bytes) -> list[Any]:
    from reportlab.lib.units import mm
    from reportlab.lib.utils import ImageReader
    from reportlab.platypus import Image, KeepTogether, Spacer

    wide, high = ImageReader(io.BytesIO(png)).getSize()
    scale = min(150 * mm / wide, 200 * mm / high, 0.36)
    picture = Image(
        io.BytesIO(png), width=wide * scale, height=high * scale, mask="auto", hAlign="LEFT"
    )
    return [Spacer(1, 12), KeepTogether([_text(title, "section"), picture])]


def _foot(canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont("Helvetica", 8)
    canvas.setFillColor(_QUIET)
    canvas.drawRightString(document.pagesize[0] - 40, 26, str(document.page))
    canvas.restoreState()
