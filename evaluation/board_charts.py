"""The plots of a ranking, from the figures that are kept of it."""

from django.utils.translation import gettext as _

from cqia.lib import rank_charts
from cqia.lib.charts import Chart
from evaluation.boards import Standings


def titles(shown: Standings) -> dict[str, str]:
    """What each plot shows, in the reader's language."""
    against = _("Votes against all others, with the 95% interval of “better or equal”")
    if shown.baseline:
        words = _("Votes against %(model)s, with the 95%% interval of “better or equal”")
        against = words % {"model": shown.baseline}
    return {
        "ratings": _("Ratings with 95% intervals"),
        "outcomes": against,
        "pairs": _("Share of votes won; a tie is half"),
        "effects": _("Effects besides the model"),
        "categories": _("Ratings by category"),
        "criteria": _("Ratings by criterion"),
    }


def ratings(shown: Standings) -> Chart:
    """Raw and adjusted side by side where there are both."""
    raw, adjusted = _("raw"), _("adjusted")
    rows = [(r.rating.model, raw, r.rating.rating, r.rating.low, r.rating.high) for r in shown.rows]
    rows += [
        (a.model, adjusted, a.rating, a.low, a.high) for row in shown.rows if (a := row.adjusted)
    ]
    series = [raw, adjusted] if shown.adjusted else [raw]
    return rank_charts.whiskers(
        rows, series, title=titles(shown)["ratings"], axis=_("Bradley–Terry rating")
    )


def outcomes(shown: Standings) -> Chart:
    """Win, tie and lose bars as in the paper; “both bad” is drawn with the ties, as equal."""
    rows = [
        (t.model, t.win, t.tie + t.both_bad, t.lose, t.low, t.high)
        for row in shown.rows
        if (t := row.tally)
    ]
    return rank_charts.outcomes(
        rows, (_("win"), _("tie"), _("lose")), title=titles(shown)["outcomes"]
    )


def pairs(shown: Standings) -> Chart:
    """Who beats whom: every pair that met, seen from both."""
    found = [each for each in shown.figures["pairs"] if each["votes"]]
    rows = [(each["one"], each["other"], each["share"], each["votes"]) for each in found]
    rows += [(each["other"], each["one"], 1 - each["share"], each["votes"]) for each in found]
    place = {row.rating.model: at for at, row in enumerate(shown.rows)}
    rows.sort(key=lambda row: (place[row[0]], place[row[1]]))
    axes = (_("wins of"), _("against"))
    return rank_charts.win_matrix(rows, title=titles(shown)["pairs"], axes=axes)


def effects(shown: Standings) -> Chart:
    """In points of rating; to the right of 0 votes lean to it."""
    name = _("effect")
    rows = [
        (each["label"], name, each["value"], each["low"], each["high"]) for each in shown.effects
    ]
    return rank_charts.whiskers(
        rows, [name], title=titles(shown)["effects"], axis=_("points of rating"), zero=True
    )


def categories(shown: Standings) -> Chart:
    """How each model stands in each category: its rating, bluer for a better one."""
    rows = [
        (board["model"], each["name"] or "–", board["rating"])
        for each in shown.by_category
        for board in each["board"]
    ]
    return rank_charts.rating_map(
        rows, title=titles(shown)["categories"], axes=(_("model"), _("category"))
    )


def criteria(shown: Standings) -> Chart:
    """The same for each criterion that was asked besides the overall choice."""
    rows = [
        (board["model"], each["label"], board["rating"])
        for each in shown.by_criterion
        for board in each["board"]
    ]
    axes = (_("model"), _("criterion"))
    return rank_charts.rating_map(rows, title=titles(shown)["criteria"], axes=axes)


CHARTS = {
    "ratings": ratings,
    "outcomes": outcomes,
    "pairs": pairs,
    "effects": effects,
    "categories": categories,
    "criteria": criteria,
}
