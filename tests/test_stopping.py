"""When a campaign ends by its rule."""

from typing import Any

import pytest
from django.db.models import Case, F, Value, When

from cqia.accounts.models import AuditEntry, User
from evaluation import stopping
from evaluation.models import Ballot, Campaign
from tests.poll import MakePoll

ANYTIME = {"rule": "anytime", "alpha": 0.05, "margin": 0.1, "futility": True}


def ruled(campaign: Campaign, **stopping: Any) -> Campaign:
    Campaign.objects.filter(pk=campaign.pk).update(stopping={**ANYTIME, **stopping})
    campaign.refresh_from_db()
    return campaign


def all_vote(campaign: Campaign, user: User, wins: int, ties: int = 0) -> None:
    """The first `wins` ballots for the first answer, then ties, the rest for the second."""
    order = list(campaign.ballots.order_by("pk").values_list("pk", flat=True))
    first = Case(When(first_is_left=True, then=Value("left")), default=Value("right"))
    second = Case(When(first_is_left=True, then=Value("right")), default=Value("left"))
    for pks, choice in (
        (order[:wins], first),
        (order[wins : wins + ties], Value("tie")),
        (order[wins + ties :], second),
    ):
        cast = Ballot.objects.filter(pk__in=pks)
        cast.update(choice=choice, done_at=campaign.opened_at, holder=user, seconds=F("seconds"))


def test_it_goes_on_while_nothing_is_decided(make_poll: MakePoll, evaluator: User) -> None:
    campaign = ruled(make_poll(prompts=100))
    all_vote(campaign, evaluator, 55)
    assert stopping.look(campaign) == "open"
    campaign.refresh_from_db()
    assert (campaign.state, campaign.sequential["votes"]) == ("open", 100)
    [pair] = campaign.sequential["pairs"]
    assert (pair["score"], pair["verdict"]) == (0.55, "open")
    assert pair["low"] < 0.5 < pair["high"]


def test_it_closes_once_every_pair_is_decided(make_poll: MakePoll, evaluator: User) -> None:
    campaign = ruled(make_poll(prompts=100))
    all_vote(campaign, evaluator, 80)
    assert stopping.look(campaign) == "decided"
    campaign.refresh_from_db()
    assert campaign.state == "closed"
    entry = AuditEntry.objects.get(action="campaign closed")
    assert (entry.actor, entry.details["reason"]) == (None, "decided")


@pytest.mark.parametrize(("futility", "verdict"), [(True, "futile"), (False, "open")])
def test_it_gives_up_only_where_it_may(
    make_poll: MakePoll, evaluator: User, futility: bool, verdict: str
) -> None:
    campaign = ruled(make_poll(prompts=60), futility=futility)
    all_vote(campaign, evaluator, 2, ties=56)
    assert stopping.look(campaign) == verdict


def test_it_decides_nothing_on_few_votes(make_poll: MakePoll, evaluator: User) -> None:
    campaign = ruled(make_poll(prompts=20))
    all_vote(campaign, evaluator, 20)
    assert stopping.look(campaign) == "open"


def test_fixed_shows_nothing_before_the_planned_votes(make_poll: MakePoll, evaluator: User) -> None:
    campaign = ruled(make_poll(prompts=40), rule="fixed")
    Campaign.objects.filter(pk=campaign.pk).update(planned={"votes": 41, "had": 40})
    campaign.refresh_from_db()
    assert stopping.look(campaign) == "open"
    all_vote(campaign, evaluator, 40)
    assert stopping.look(campaign) == "done"
    campaign.refresh_from_db()
    assert campaign.sequential["pairs"] == []


def test_by_hand_nothing_is_looked_at(make_poll: MakePoll, evaluator: User) -> None:
    campaign = make_poll(prompts=60)
    all_vote(campaign, evaluator, 60)
    stopping.look_at_all()
    assert stopping.look(campaign) == "open"
    campaign.refresh_from_db()
    assert (campaign.state, campaign.sequential) == ("open", {})


def test_one_vote_in_ten_rings(
    make_poll: MakePoll, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    campaign = ruled(make_poll(prompts=20))
    rung: list[int] = []
    monkeypatch.setattr(stopping, "_ring", rung.append)
    with django_capture_on_commit_callbacks(execute=True):
        for ballot in campaign.ballots.all():
            stopping.after_vote(campaign, ballot)
    assert rung == [campaign.pk, campaign.pk]


@pytest.mark.parametrize("share", [0.5, 0.7])
def test_its_interval_narrows_and_holds_the_mean(share: float) -> None:
    widths = []
    for votes in (50, 300, 5000):
        low, high = stopping.interval(share, share * (1 - share), votes, 0.05)
        assert low < share < high
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)


def test_its_interval_is_that_of_the_paper() -> None:
    # By hand: rho² = (2 ln 20 + ln(1 + 2 ln 20)) / 300 = 0.0265; n rho² + 1 = 8.94;
    # half = sqrt(2 · 8.94 / (300² · 0.0265) · ln(sqrt(8.94) / 0.05) · 0.25) = 0.0875.
    low, high = stopping.interval(0.5, 0.25, 300, 0.05)
    assert (high - low) / 2 == pytest.approx(0.0875, abs=0.0005)
