"""When a campaign may end: looked at after votes, as often as one likes.

With the rule “anytime” each look computes intervals that hold at all times together (a confidence
sequence), so that ending at a moment of one's choice keeps the error rate. With “fixed” nothing is
looked at before the planned votes are cast. With “none” a lead ends it, and nothing is looked at.
"""

import logging
from dataclasses import asdict, dataclass
from math import log, sqrt
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerDown

from cqia.lib import broker
from evaluation import campaigns, planning, priorities
from evaluation.meetings import Meeting, meetings
from evaluation.models import Ballot, Campaign

logger = logging.getLogger(__name__)

EVERY = 10
"""One vote in so many rings for a look; a default of this project."""

LEAST = 50
"""Votes on a pair before its interval, which is asymptotic, is relied on; a default of this project."""

TIGHTEST = 300
"""Votes on a pair at which its interval is as tight as can be; a default of this project."""

TASK = "evaluation.look_at_campaign"


@dataclass(frozen=True)
class Pair:
    """Two models, by their ids, and the score of the first against the second: a win is 1, a tie half.

    `low` and `high` hold at all times together, for all pairs of the campaign together.
    """

    first: int
    second: int
    votes: int
    score: float
    low: float
    high: float
    verdict: str  # decided | futile | open


def after_vote(campaign: Campaign, ballot: Ballot) -> None:
    """Ring for a look once the vote is committed: after one ballot in EVERY, where a look is of use."""
    wanted = campaign.design == Campaign.Design.ADAPTIVE or campaign.stopping["rule"] != "none"
    if wanted and ballot.pk % EVERY == 0:
        transaction.on_commit(lambda: _ring(campaign.pk))


def look_at_all() -> None:
    """Look at every open campaign that has something to look at; beat asks for it now and then."""
    opened = Campaign.objects.filter(state=Campaign.State.OPEN)
    for campaign in opened.exclude(stopping__rule="none", design__in=("baseline", "round_robin")):
        look(campaign)


def look(campaign: Campaign) -> str:
    """Find the priorities anew, ask the rule, and close the campaign where it says so.

    Returns the verdict: decided, futile, done, or “open” where voting goes on.
    """
    priorities.refresh(campaign)
    rule = campaign.stopping["rule"]
    if rule == "none" or campaign.state != Campaign.State.OPEN:
        return "open"
    met = meetings(campaign)
    pairs = judged(campaign, met) if rule == "anytime" else []
    verdict = _verdict(campaign, pairs) if rule == "anytime" else _planned(campaign, met)
    seen = {"votes": sum(each.votes for each in met), "verdict": verdict}
    seen |= {"pairs": [asdict(pair) for pair in pairs], "at": timezone.now().isoformat()}
    Campaign.objects.filter(pk=campaign.pk).update(sequential=seen)
    if verdict != "open":
        campaigns.close(campaign, None, verdict)
    return verdict


def judged(campaign: Campaign, met: list[Meeting]) -> list[Pair]:
    """Each pair of models that is to be told apart, with its interval."""
    wanted = to_tell_apart(campaign)
    found = {(each.first, each.second): each for each in met}
    alpha = campaign.stopping["alpha"] / len(wanted)  # Bonferroni: all pairs hold together
    return [
        _judge(campaign, found.get(pair, Meeting(*pair, 0, 0, 0)), alpha) for pair in sorted(wanted)
    ]


def interval(mean: float, variance: float, votes: int, alpha: float) -> tuple[float, float]:
    """The asymptotic confidence sequence for a mean after so many votes, tightest near TIGHTEST.

    Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas: Time-uniform central limit theory and asymptotic
    confidence sequences (2021), equations 8 and 9: it holds at all numbers of votes together.
    """
    rho2 = (-2 * log(alpha) + log(-2 * log(alpha) + 1)) / TIGHTEST
    scale = votes * rho2 + 1
    half = sqrt(2 * scale / (votes**2 * rho2) * log(sqrt(scale) / alpha) * variance)
    return mean - half, mean + half


def to_tell_apart(campaign: Campaign) -> set[tuple[int, int]]:
    """The pairs of models, lower id first, that the campaign is about."""
    ids = sorted(campaign.models_compared.values_list("pk", flat=True))
    pairs = {(first, second) for at, first in enumerate(ids) for second in ids[at + 1 :]}
    if campaign.design != Campaign.Design.BASELINE:
        return pairs
    return {pair for pair in pairs if campaign.baseline_id in pair}


def _judge(campaign: Campaign, met: Meeting, alpha: float) -> Pair:
    votes = met.votes
    if not votes:
        return Pair(met.first, met.second, 0, 0.5, 0.0, 1.0, "open")
    score = (met.wins + met.ties / 2) / votes
    # Votes of several people on the same two answers tell less than as many on different ones.
    alike = 1 + (campaign.votes_per_matchup - 1) * planning.ICC
    low, high = interval(score, variance(met) * alike, votes, alpha)
    verdict = "open"
    if votes >= LEAST and not low <= 0.5 <= high:
        verdict = "decided"
    elif votes >= LEAST and max(0.5 - low, high - 0.5) < campaign.stopping["margin"]:
        verdict = "futile"
    return Pair(met.first, met.second, votes, score, max(low, 0.0), min(high, 1.0), verdict)


def variance(met: Meeting) -> float:
    """Of a vote's score, with four imagined wins and losses: of few votes it would be too small.

    With them, and looked at after each vote from LEAST on, the intervals of one pair missed the truth
    in at most 5% of simulated campaigns, whatever the share of wins (tests/test_simulated_votes.py).
    """
    votes, wins = met.votes + 8, met.wins + 4
    return (wins + met.ties / 4) / votes - ((wins + met.ties / 2) / votes) ** 2


def _verdict(campaign: Campaign, pairs: list[Pair]) -> str:
    left = {pair.verdict for pair in pairs} - {"decided"}
    if not left:
        return "decided"
    return "futile" if left == {"futile"} and campaign.stopping.get("futility") else "open"


def _planned(campaign: Campaign, met: list[Meeting]) -> str:
    """“done” once each pair has the votes that were planned, or as many as were drawn for it."""
    planned = min(campaign.planned.get("votes", 0), campaign.planned.get("had", 0))
    counts = {(each.first, each.second): each.votes for each in met}
    complete = all(counts.get(pair, 0) >= planned for pair in to_tell_apart(campaign))
    return "done" if planned and complete else "open"


def _ring(campaign: int) -> None:
    """Tell a worker. A broker that is down is no error: beat has every campaign looked at."""
    try:
        if broker.answers(settings.REDIS_URL):
            current_app.send_task(TASK, [campaign], queue="cpu", expires=60, retry=False)
    except (BrokerDown, OSError) as error:
        logger.warning("campaign %s: the broker is out of reach: %s", campaign, error)


def last_look(campaign: Campaign) -> list[dict[str, Any]]:
    """The pairs as the last look found them, with the models' names; of “anytime” campaigns alone."""
    names = campaign.figures.get("models", {})
    shown = []
    for pair in campaign.sequential.get("pairs", ()):
        percents = {f"{key}_percent": round(100 * pair[key]) for key in ("score", "low", "high")}
        ends = {"one": names.get(str(pair["first"])), "other": names.get(str(pair["second"]))}
        shown.append({**pair, **percents, **ends})
    return shown
