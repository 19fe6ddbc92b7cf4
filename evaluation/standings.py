"""A closed campaign as a ranking: its ballots counted by the database, then pure statistics.

The seed of the bootstrap is the campaign's number, so that everybody sees the same intervals.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Count
from django.utils.translation import gettext as _

from cqia.lib import charts
from cqia.lib.errors import CqiaError
from evaluation.models import Ballot, Campaign, Prompt
from evaluation.ranking import Rating, Tally, Vote, bradley_terry, win_tie_lose

SAMPLES = 200
"""Bootstrap samples; a default of this project."""

_EVERYBODY = ""  # stands for all opponents together where there is no baseline


@dataclass(frozen=True)
class Row:
    """One model of the table. The baseline has no tally against itself."""

    rating: Rating
    tally: Tally | None
    evaluators: int


@dataclass(frozen=True)
class Standings:
    """`rows` are the best first; `floor` and `ceiling` span all intervals."""

    rows: list[Row]
    votes: int
    evaluators: int
    baseline: str

    @property
    def floor(self) -> float:
        return min(row.rating.low for row in self.rows)

    @property
    def ceiling(self) -> float:
        return max(row.rating.high for row in self.rows)

    @property
    def groups(self) -> int:
        return len({row.rating.group for row in self.rows})


def standings(campaign: Campaign, category: str = "") -> Standings:
    """The ranking from all votes, or from those on prompts of one category.

    Raises CqiaError where the campaign is still open: a ranking that is seen would steer the votes.
    """
    if campaign.state != Campaign.State.CLOSED:
        raise CqiaError("campaign_open")
    votes, voters = _counted(campaign, category)
    baseline = "" if campaign.baseline is None else campaign.baseline.name
    tallies = {tally.model: tally for tally in _tallies(votes, baseline)}
    rows = [
        Row(rating, tallies.get(rating.model), len(voters[rating.model]))
        for rating in _ratings(tuple(sorted(votes.items())), campaign.pk)
    ]
    everybody = set[int]().union(*voters.values())
    return Standings(rows, votes.total(), len(everybody), baseline)


def best_against_baseline(campaign: Campaign) -> Tally | None:
    """The tally of the model that was most often better or equal, as the paper counts; cheap to ask."""
    if campaign.state != Campaign.State.CLOSED or campaign.baseline is None:
        return None
    votes, _voters = _counted(campaign, "")
    return next(iter(_tallies(votes, campaign.baseline.name)), None)


def categories(campaign: Campaign) -> list[str]:
    """Categories of the prompts asked, where they have any, by name."""
    asked = Prompt.objects.filter(pk__in=campaign.matchups.values("prompt_id")).exclude(category="")
    return sorted(set(asked.values_list("category", flat=True)))


def ratings_chart(shown: Standings) -> charts.Chart:
    rows = [(r.rating.model, r.rating.rating, r.rating.low, r.rating.high) for r in shown.rows]
    return charts.ratings(
        rows, title=_("Ratings with 95% intervals"), axis=_("Bradley–Terry rating")
    )


def outcomes_chart(shown: Standings) -> charts.Chart:
    """Win, tie and lose bars as in the paper; “both bad” is drawn with the ties, as equal."""
    rows = [
        (tally.model, tally.win, tally.tie + tally.both_bad, tally.lose)
        for row in shown.rows
        if (tally := row.tally) is not None
    ]
    title = _("Votes against all others")
    if shown.baseline:
        title = _("Votes against %(model)s") % {"model": shown.baseline}
    return charts.win_tie_lose(rows, (_("win"), _("tie"), _("lose")), title=title)


CHARTS = {"ratings": ratings_chart, "outcomes": outcomes_chart}


def _counted(campaign: Campaign, category: str) -> tuple[Counter[Vote], dict[str, set[int]]]:
    """How often each kind of vote was cast, and who voted on each model."""
    ballots = Ballot.objects.filter(campaign=campaign).done()
    if category:
        ballots = ballots.filter(matchup__prompt__category=category)
    fields = ("matchup__first__model__name", "matchup__second__model__name", "first_is_left")
    kinds = ballots.values_list(*fields, "choice", "holder_id").annotate(Count("pk"))
    votes: Counter[Vote] = Counter()
    voters: dict[str, set[int]] = defaultdict(set)
    for first, second, first_is_left, choice, holder, count in kinds.order_by():
        left, right = (first, second) if first_is_left else (second, first)
        votes[Vote(left, right, choice)] += count
        voters[first].add(holder)
        voters[second].add(holder)
    return votes, voters


def _tallies(votes: Counter[Vote], baseline: str) -> list[Tally]:
    if baseline:
        return win_tie_lose(votes, baseline)
    against_all: Counter[Vote] = Counter()
    for (left, right, outcome), count in votes.items():
        against_all[Vote(left, _EVERYBODY, outcome)] += count
        against_all[Vote(_EVERYBODY, right, outcome)] += count
    return win_tie_lose(against_all, _EVERYBODY)


@lru_cache(maxsize=64)
def _ratings(votes: tuple[tuple[Vote, int], ...], seed: int) -> list[Rating]:
    # Votes of a closed campaign stay, so the same page need not draw the samples again.
    return bradley_terry(dict(votes), seed=seed, samples=SAMPLES)
