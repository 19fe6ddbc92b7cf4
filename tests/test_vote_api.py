"""Voting by the API: the verbs of the page, with its answers to what is wrong."""

from typing import Any

import pytest
from django.test import Client

from cqia.accounts.models import User
from evaluation.models import Campaign
from tests.cast import ClientOf
from tests.poll import MakePoll


@pytest.fixture
def campaign(make_poll: MakePoll) -> Campaign:
    found = make_poll(prompts=2)
    found.criteria, found.tags = ["fluency"], ["更短"]
    found.save()
    return found


@pytest.fixture
def voter(evaluator: User, client_of: ClientOf) -> Client:
    return client_of(evaluator)


def place(campaign: Campaign, door: str) -> str:
    return f"/api/projects/tea/campaigns/{campaign.pk}/{door}"


def held(voter: Client, campaign: Campaign) -> str:
    return str(voter.get(place(campaign, "ballot")).json()["ballot"])


def send(voter: Client, campaign: Campaign, door: str, **data: object) -> Any:
    return voter.post(place(campaign, door), data, content_type="application/json")


def test_it_says_what_is_asked_and_how_far_one_is(voter: Client, campaign: Campaign) -> None:
    assert voter.get(place(campaign, "questions")).json() == {
        "guideline": "",
        "allowed": ["tie", "both_bad", "skip"],
        "criteria": ["fluency"],
        "tags": ["更短"],
        "cast": 0,
        "left": 2,
        "enough_for_today": False,
    }


def test_it_keeps_a_vote_with_ratings_and_tags(voter: Client, campaign: Campaign) -> None:
    given = {"choice": "right", "ratings": {"fluency": "tie"}, "tags": ["更短"]}
    answer = send(voter, campaign, "vote", ballot=held(voter, campaign), **given)
    assert answer.status_code == 204
    ballot = campaign.ballots.done().get()
    assert (ballot.choice, ballot.ratings, ballot.tags) == ("right", {"fluency": "tie"}, ["更短"])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"choice": "left", "ratings": {"zebra": "tie"}}, "unknown_rating"),
        ({"choice": "left", "tags": ["zebra"]}, "unknown_vote_tag"),
    ],
)
def test_it_names_what_was_not_asked(
    voter: Client, campaign: Campaign, given: dict[str, Any], code: str
) -> None:
    answer = send(voter, campaign, "vote", ballot=held(voter, campaign), **given)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not campaign.ballots.done().exists()


def test_it_skips_and_takes_that_back(voter: Client, campaign: Campaign) -> None:
    token = held(voter, campaign)
    assert send(voter, campaign, "skip", ballot=token, reason="broken").status_code == 204
    assert campaign.ballots.done().get().reason == "broken"
    assert held(voter, campaign) != token
    assert send(voter, campaign, "undo", ballot=token).status_code == 204
    assert held(voter, campaign) == token


def test_it_refuses_to_take_back_what_was_not_done(voter: Client, campaign: Campaign) -> None:
    answer = send(voter, campaign, "undo", ballot=held(voter, campaign))
    assert (answer.status_code, answer.json()["code"]) == (400, "vote_final")


def test_it_skips_only_with_a_reason_it_knows(voter: Client, campaign: Campaign) -> None:
    answer = send(voter, campaign, "skip", ballot=held(voter, campaign), reason="zebra")
    assert answer.status_code == 400
    assert not campaign.ballots.done().exists()
