"""Campaigns voted by simulated people of known taste, without going through the pages."""

import math
import random
from collections.abc import Mapping, Sequence

from django.utils import timezone

from cqia.accounts.models import User
from evaluation.models import Answer, Ballot, Campaign

TIE = 0.5  # Davidson's parameter of the people simulated


def make_people(count: int) -> list[User]:
    return [User.objects.create_user(f"voter{number}") for number in range(1, count + 1)]


def vary_the_texts(campaign: Campaign, seed: int = 0) -> None:
    """Give the answers lengths and Markdown of their own, so that there is something to control for."""
    dice = random.Random(seed)
    answers = list(Answer.objects.filter(prompt__prompt_set=campaign.prompt_set))
    for answer in answers:
        lines = [f"- 要点{at}" for at in range(dice.randrange(6))]
        answer.text = "\n".join(["# 题", "答" * dice.randrange(20, 200), *lines, "**好**"])
    Answer.objects.bulk_update(answers, ["text"])


def cast_all(
    campaign: Campaign, people: Sequence[User], strengths: Mapping[str, float], seed: int = 0
) -> int:
    """Cast every ordinary ballot as people would who feel these strengths (in nats); how many."""
    dice = random.Random(seed)
    ballots = list(
        Ballot.objects.filter(campaign=campaign, kind="vote", spare=False)
        .select_related("matchup__first__model", "matchup__second__model")
        .order_by("pk")
    )
    for ballot in ballots:
        first, second = (
            math.exp(strengths[answer.model.name])
            for answer in (ballot.matchup.first, ballot.matchup.second)
        )
        left, right = (first, second) if ballot.first_is_left else (second, first)
        weights = [left, right, TIE * math.sqrt(left * right), 0.05]
        ballot.choice = dice.choices(["left", "right", "tie", "both_bad"], weights)[0]
        ballot.holder = people[(ballot.matchup_id + ballot.slot) % len(people)]
        ballot.held_since = ballot.done_at = timezone.now()
        ballot.seconds = 20
    fields = ["choice", "holder", "held_since", "done_at", "seconds"]
    return Ballot.objects.bulk_update(ballots, fields, batch_size=2000)
