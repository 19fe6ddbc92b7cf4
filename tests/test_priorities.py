"""Adaptive pairing, and the counts it rests on."""

from collections.abc import Callable

import numpy as np
import pytest

from cqia.accounts.models import User
from evaluation import campaigns, priorities
from evaluation.designs import Design
from evaluation.meetings import Meeting, meetings
from evaluation.models import Ballot, ModelVersion, PromptSet
from tests.poll import MakePoll, Vote


def test_it_counts_wins_by_model_whatever_the_side(
    make_poll: MakePoll, evaluator: User, vote: Vote
) -> None:
    campaign = make_poll(prompts=8)
    for choice in ("left", "left", "right", "left", "right", "tie", "both_bad", "left"):
        vote(evaluator, campaign, choice)
    wins = 0
    for ballot in Ballot.objects.filter(choice__in=("left", "right")):
        wins += (ballot.choice == "left") == ballot.first_is_left
    first, second = campaign.models_compared.order_by("pk")
    assert meetings(campaign) == [Meeting(first.pk, second.pk, wins, 6 - wins, 2)]


def test_strengths_are_the_log_odds_of_the_wins() -> None:
    theta = priorities.strengths(2, [Meeting(0, 1, 30_000, 10_000, 0)])
    assert theta[0] - theta[1] == pytest.approx(np.log(3), abs=0.001)


def test_strengths_stay_finite_without_a_loss() -> None:
    theta = priorities.strengths(3, [Meeting(0, 1, 50, 0, 0)])
    assert np.isfinite(theta).all()
    assert theta[0] > theta[2] > theta[1]


def test_it_asks_for_the_pair_that_never_met() -> None:
    met = [Meeting(0, 1, 40, 40, 0), Meeting(0, 2, 40, 40, 0)]
    given = priorities.weights(4, met)
    assert sum(given.values()) == priorities.AHEAD
    assert sum(votes for pair, votes in given.items() if 3 in pair) >= 6


def test_it_leaves_a_pair_that_is_clear() -> None:
    met = [Meeting(0, 1, 60, 0, 0), Meeting(1, 2, 20, 20, 0), Meeting(0, 2, 60, 0, 0)]
    given = priorities.weights(3, met)
    assert given[1, 2] > given[0, 1] + given[0, 2]


def test_it_stores_the_lanes_with_most_to_tell_first(
    prompt_set: PromptSet,
    make_models: Callable[..., list[ModelVersion]],
    lead: User,
    evaluator: User,
    vote: Vote,
) -> None:
    models = make_models("a", "b", "c", prompts=4)
    design = Design(prompt_set, models, votes_per_matchup=1, kind="adaptive")
    campaign = campaigns.open_campaign(campaigns.plan(design), "挑选", lead)
    ids = [model.pk for model in models]
    played = Ballot.objects.filter(campaign=campaign, lane=1)
    played.update(choice="tie", done_at=campaign.opened_at, holder=evaluator)
    assert {(each.first, each.second) for each in meetings(campaign)} == {(ids[0], ids[1])}
    priorities.refresh(campaign)
    campaign.refresh_from_db()
    assert [lane for lane, _ in campaign.priorities][-1] == 1  # that pair is known best
    assert sum(weight for _, weight in campaign.priorities) == priorities.AHEAD
