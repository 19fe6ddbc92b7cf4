"""From ballots to a ranking."""

import pytest

from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from evaluation import campaigns, votes
from evaluation.board_charts import outcomes, ratings
from evaluation.models import Campaign
from evaluation.standings import standings
from tests.poll import MakePoll


def prefer(user: User, campaign: Campaign, winner: str) -> None:
    """Vote for the answers of one model, on whichever side they stand, and tie where it is not."""
    while ballot := votes.next_ballot(user, campaign):
        matchup = ballot.matchup
        names = [matchup.first.model.name, matchup.second.model.name]
        left, right = names if ballot.first_is_left else names[::-1]
        choice = "left" if left == winner else "right" if right == winner else "tie"
        votes.cast(user, campaign, votes.token_of(ballot, user), choice)


def test_it_ranks_the_preferred_model_first_whatever_the_sides(
    make_poll: MakePoll, evaluator: User, lead: User
) -> None:
    campaign = make_poll(prompts=12, names=("worse", "better"))
    prefer(evaluator, campaign, "better")
    campaigns.close(campaign, lead)
    campaign.refresh_from_db()
    found = standings(campaign)
    assert [(row.rating.model, row.rating.rank) for row in found.rows] == [
        ("better", 1),
        ("worse", 2),
    ]
    assert (found.votes, found.evaluators) == (12, 1)
    assert found.rows[0].tally is not None
    assert (found.rows[0].tally.win, found.rows[0].tally.better_or_equal) == (12, 1.0)


def test_it_counts_against_the_baseline_where_there_is_one(
    make_poll: MakePoll, evaluator: User, second_evaluator: User, lead: User
) -> None:
    campaign = make_poll(prompts=4, votes=2, names=("base", "mid", "top"), baseline="base")
    prefer(evaluator, campaign, "top")
    prefer(second_evaluator, campaign, "mid")
    campaigns.close(campaign, lead)
    campaign.refresh_from_db()
    found = standings(campaign)
    tallies = {row.rating.model: row.tally for row in found.rows}
    assert tallies["base"] is None
    assert tallies["top"] is not None
    assert (tallies["top"].win, tallies["top"].tie, tallies["top"].lose) == (4, 4, 0)
    assert (found.evaluators, found.baseline) == (2, "base")


def test_it_counts_against_all_without_a_baseline(
    make_poll: MakePoll, evaluator: User, lead: User
) -> None:
    campaign = make_poll(prompts=2, names=("a", "b", "c"))
    prefer(evaluator, campaign, "c")
    campaigns.close(campaign, lead)
    campaign.refresh_from_db()
    tallies = {row.rating.model: row.tally for row in standings(campaign).rows}
    assert tallies["a"] is not None
    assert tallies["c"] is not None
    assert (tallies["c"].win, tallies["a"].tie, tallies["a"].lose) == (4, 2, 2)


def test_it_filters_by_category(make_poll: MakePoll, evaluator: User, lead: User) -> None:
    campaign = make_poll(prompts=5)
    prefer(evaluator, campaign, "zebra-base")
    campaigns.close(campaign, lead)
    campaign.refresh_from_db()
    assert standings(campaign).categories == ["写", "问"]
    assert [standings(campaign, name).votes for name in ("写", "问", "无")] == [2, 3, 0]


def test_it_shows_no_ranking_while_votes_are_cast(make_poll: MakePoll) -> None:
    with pytest.raises(CqiaError) as caught:
        standings(make_poll())
    assert caught.value.code == "campaign_open"


def test_it_draws_both_charts(make_poll: MakePoll, evaluator: User, lead: User) -> None:
    campaign = make_poll(prompts=3)
    prefer(evaluator, campaign, "yak-tuned")
    campaigns.close(campaign, lead)
    campaign.refresh_from_db()
    found = standings(campaign)
    assert [row["label"] for row in ratings(found).data] == ["yak-tuned", "zebra-base"]
    assert "yak-tuned,win,3" in outcomes(found).csv()
