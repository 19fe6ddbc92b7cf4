"""How many votes a difference takes, and what that means in people and hours. Shown before the start."""

from dataclasses import asdict, dataclass
from math import ceil, sqrt
from statistics import NormalDist
from typing import Any

from annotation.models import Project
from cqia.accounts.models import Membership
from cqia.accounts.roles import Role
from evaluation.designs import Plan

PACE = 40.0
"""Seconds a vote takes where nobody knows better; a default of this project."""

ICC = 0.2
"""How alike votes of several people on the same two answers are, as an intraclass correlation; a
default of this project, to be replaced by what a first campaign finds."""


@dataclass(frozen=True)
class Wish:
    """What should be found: `effect` is a share of wins among decided votes; the others are shares too."""

    effect: float = 0.6
    ties: float = 0.2
    alpha: float = 0.05
    power: float = 0.8
    people: int = 1
    pace: float = PACE


@dataclass(frozen=True)
class Estimate:
    """What a plan comes to, beside what the wish takes. Votes are of one pair of models."""

    wish: Wish
    needed: int
    had: int
    asked: int  # ballots that will be shown in all
    hours: float  # of work for each of the people
    too_few_people: bool  # fewer than the votes each comparison wants: it cannot be finished

    @property
    def enough(self) -> bool:
        return self.had >= self.needed

    @property
    def effect(self) -> float:
        return _percent(self.wish.effect)

    @property
    def alpha(self) -> float:
        return _percent(self.wish.alpha)

    @property
    def power(self) -> float:
        return _percent(self.wish.power)

    def stored(self) -> dict[str, Any]:
        """As Campaign.planned keeps it."""
        kept = asdict(self.wish)
        return {**kept, "votes": self.needed, "had": self.had, "asked": self.asked}


def estimate(plan: Plan, wish: Wish) -> Estimate:
    per_pair = len(plan.prompt_ids) * plan.design.votes_per_matchup
    return Estimate(
        wish,
        needed=votes_needed(wish, plan.design.votes_per_matchup),
        had=per_pair,
        asked=plan.asked,
        hours=plan.asked * wish.pace / 3600 / wish.people,
        too_few_people=wish.people < plan.design.votes_per_matchup,
    )


def votes_needed(wish: Wish, overlap: int) -> int:
    """Votes on one pair of models for a two-sided test of its share of wins against a half.

    Normal approximation for one proportion (Fleiss, Levin, Paik: Statistical Methods for Rates and
    Proportions, 2003, ch. 2), ties taken as telling nothing, times the design effect
    1 + (overlap - 1) · ICC of votes that share their two answers (Kish: Survey Sampling, 1965).
    An effect of a half itself takes no end of votes: it is read as 50.1 %.
    """
    normal = NormalDist()
    share = max(wish.effect, 0.501)
    spread = normal.inv_cdf(1 - wish.alpha / 2) * 0.5
    spread += normal.inv_cdf(wish.power) * sqrt(share * (1 - share))
    decided = (spread / (share - 0.5)) ** 2
    return ceil(decided / (1 - wish.ties) * (1 + (overlap - 1) * ICC))


def evaluators(project: Project) -> int:
    """How many people may vote in the project."""
    members = Membership.objects.filter(project=project)
    leads = members.filter(role=Role.LEAD).values("user")
    voters = members.filter(role=Role.EVALUATOR).exclude(user__in=leads)
    return voters.values("user").distinct().count()


def _percent(share: float) -> float:
    """52.0 as 52, so that pages show no needless zero."""
    found = round(100 * share, 1)
    return int(found) if found == int(found) else found
