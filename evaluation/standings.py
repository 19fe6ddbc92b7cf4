"""The ranking of a closed campaign: reckoned once, kept, and read from then on.

A small campaign is reckoned by whoever looks first; a large one by a job that its closing starts.
The seed of the samples is the campaign's number, so that everybody sees the same intervals.
"""

from importlib.metadata import version
from time import perf_counter

from django.db import transaction
from django.utils.translation import gettext_lazy

from annotation import jobs
from annotation.models import Job
from annotation.models.job import JobQuerySet
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from evaluation import counting
from evaluation.boards import Standings
from evaluation.models import Ballot, Campaign, Result
from evaluation.ranking import Tally
from evaluation.reckoning import SAMPLES, Asked, reckon
from evaluation.statistics.table import Table

TASK = "evaluation.reckon_board"

AT_ONCE = 10_000
"""Votes up to which a page reckons a board itself, in about a second; a default of this project."""

CARE = {
    "left_out": gettext_lazy("Prompts left out, for want of an answer"),
    "named": gettext_lazy("Answers that name their model"),
    "masked": gettext_lazy("Names covered"),
    "excluded": gettext_lazy("Prompts left out, for naming a model"),
}


def standings(campaign: Campaign, category: str = "") -> Standings:
    """The ranking from all votes, or from those on prompts of one category.

    Raises CqiaError where the campaign is still open (a ranking that is seen would steer the votes)
    or where the job that reckons it has not ended. Of a category without votes it is empty.
    """
    if campaign.state != Campaign.State.CLOSED:
        raise CqiaError("campaign_open")
    result = Result.objects.filter(campaign=campaign).first()
    if result is None and votes_in(campaign) <= AT_ONCE:
        result = keep(campaign)
    if result is None:
        raise CqiaError("board_waits")
    found = Standings(result.figures, category)
    if category and category not in found.categories:
        return Standings(reckon(counting.nothing(), Asked(campaign.pk)))
    return found


def votes_in(campaign: Campaign) -> int:
    return Ballot.objects.filter(campaign=campaign).counted().count()


def keep(campaign: Campaign) -> Result:
    """Reckon the board of a closed campaign, and keep it in place of one that was kept before."""
    started = perf_counter()
    figures = reckon(counting.table_of(campaign), asked_of(campaign), criteria_of(campaign))
    seconds = perf_counter() - started
    values = {"figures": figures, "votes": figures["votes"], "seconds": seconds}
    values["code"] = version("cqia")
    return Result.objects.update_or_create(campaign=campaign, defaults=values)[0]


def criteria_of(campaign: Campaign) -> dict[str, Table]:
    """What was said of each criterion, for those of which anything was."""
    tables = {name: counting.table_of(campaign, name) for name in campaign.criteria}
    return {name: table for name, table in tables.items() if len(table.outcome)}


def asked_of(campaign: Campaign) -> Asked:
    baseline = "" if campaign.baseline is None else campaign.baseline.name
    return Asked(seed=campaign.pk, samples=SAMPLES, baseline=baseline)


def order(campaign: Campaign, user: User | None) -> Job | None:
    """Have the board of a large campaign reckoned by a worker; None where a page can do it itself."""
    if votes_in(campaign) <= AT_ONCE:
        return None
    with transaction.atomic():
        Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        job = _jobs(campaign).live().first()
        return job or jobs.start(TASK, campaign.project, user, campaign=campaign.pk)


def waiting_for(campaign: Campaign) -> Job | None:
    """The job that reckons the board, however it stands; None once there is one, or need be none."""
    if Result.objects.filter(campaign=campaign).exists() or votes_in(campaign) <= AT_ONCE:
        return None
    return _jobs(campaign).order_by("-pk").first() or order(campaign, None)


def _jobs(campaign: Campaign) -> JobQuerySet:
    return campaign.project.jobs.filter(task=TASK, params__campaign=campaign.pk)


def reckon_board(job: Job) -> None:
    """The job: idempotent, for the board is kept in one write."""
    campaign = Campaign.objects.get(pk=job.params["campaign"], project=job.project)
    jobs.report(job, 0, 1)
    keep(campaign)
    jobs.report(job, 1, 1)


def best_against_baseline(campaign: Campaign) -> Tally | None:
    """The tally of the model that was most often better or equal, as the paper counts; cheap to ask."""
    if campaign.state != Campaign.State.CLOSED or campaign.baseline is None:
        return None
    kept = Result.objects.filter(campaign=campaign).values_list("figures__tallies", flat=True)
    tallies = kept.first()
    if tallies is None and votes_in(campaign) <= AT_ONCE:
        tallies = keep(campaign).figures["tallies"]
    return Tally(**tallies[0]) if tallies else None


def care_of(campaign: Campaign) -> list[tuple[str, int]]:
    """What was left out or covered before the voting, counted, each with its name."""
    return [
        (str(label), campaign.figures[key])
        for key, label in CARE.items()
        if campaign.figures.get(key)
    ]
