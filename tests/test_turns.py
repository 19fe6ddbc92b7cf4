"""Which ballot comes to whom next."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cqia.accounts.models import User
from evaluation import campaigns, turns
from evaluation.designs import Design
from evaluation.models import Ballot, Campaign, ModelVersion, PromptSet

LEASE = timedelta(minutes=30)
Open = Callable[..., Campaign]


@pytest.fixture
def opened(
    prompt_set: PromptSet, make_models: Callable[..., list[ModelVersion]], lead: User
) -> Open:
    def opened(
        prompts: int = 10, votes: int = 1, names: tuple[str, ...] = ("yak", "zebra"), **design: Any
    ) -> Campaign:
        models = make_models(*names, prompts=prompts)
        chosen = Design(prompt_set, models, votes_per_matchup=votes, **design)
        return campaigns.open_campaign(campaigns.plan(chosen), "轮流", lead)

    return opened


def turn(user: User, campaign: Campaign, choice: str = "left") -> Ballot | None:
    """Take the next ballot, and vote on it."""
    ballot = turns.take(user, campaign, LEASE)
    if ballot is not None:
        said = {"choice": choice, "reason": "unsure" if choice == "skip" else ""}
        Ballot.objects.filter(pk=ballot.pk).update(**said, done_at=timezone.now())
        ballot.refresh_from_db()
    return ballot


def all_turns(user: User, campaign: Campaign) -> list[Ballot]:
    return [ballot for _ in range(60) if (ballot := turn(user, campaign))]


def test_it_repeats_a_vote_only_after_others(opened: Open, evaluator: User) -> None:
    campaign = opened(prompts=20, repeats=0.3)
    met = all_turns(evaluator, campaign)
    assert len(met) == 26
    place = {ballot.pk: at for at, ballot in enumerate(met)}
    gaps = [at - place[ballot.repeats_id] for at, ballot in enumerate(met) if ballot.repeats_id]
    assert len(gaps) == 6
    # Only what was left at the end comes sooner, for there is nothing else to ask.
    early = [at for at, ballot in enumerate(met) if ballot.kind == "repeat" and at < 20]
    assert all(gap > turns.REPEAT_AFTER for gap, at in zip(gaps, early, strict=False))


def test_it_repeats_a_vote_for_nobody_else(
    opened: Open, evaluator: User, second_evaluator: User
) -> None:
    campaign = opened(prompts=12, repeats=0.3)
    all_turns(evaluator, campaign)
    assert turns.take(second_evaluator, campaign, LEASE) is None
    repeats = Ballot.objects.filter(kind="repeat").select_related("repeats")
    assert all(each.repeats and each.holder_id == each.repeats.holder_id for each in repeats)


def test_it_does_not_repeat_what_was_skipped(opened: Open, evaluator: User) -> None:
    campaign = opened(prompts=4, repeats=0.3)
    while turn(evaluator, campaign, "skip"):
        pass
    assert not Ballot.objects.filter(kind="repeat", holder=evaluator).exists()


def test_it_asks_a_spare_ballot_only_after_a_skip(
    opened: Open, evaluator: User, second_evaluator: User
) -> None:
    campaign = opened(prompts=1, spares=1)
    ballot = turn(evaluator, campaign, "skip")
    assert ballot is not None
    assert turns.take(second_evaluator, campaign, LEASE) is None
    assert [turns.release_spare(ballot), turns.release_spare(ballot)] == [True, False]
    assert turns.take(evaluator, campaign, LEASE) is None  # who skipped it does not get it again
    spare = turns.take(second_evaluator, campaign, LEASE)
    assert spare is not None
    assert (spare.matchup_id, spare.spare) == (ballot.matchup_id, False)


def test_nobody_rates_a_model_they_trained(opened: Open, evaluator: User) -> None:
    campaign = opened(prompts=3, names=("a", "b", "c"))
    own = ModelVersion.objects.get(name="b")
    own.trained_by.add(evaluator)
    assert turns.trained_by(evaluator, campaign) == [own.pk]
    met = all_turns(evaluator, campaign)
    assert len(met) == 3
    assert {(each.matchup.first.model.name, each.matchup.second.model.name) for each in met} == {
        ("a", "c")
    }


def test_adaptive_takes_the_lane_that_tells_most(opened: Open, evaluator: User) -> None:
    campaign = opened(prompts=6, names=("a", "b", "c"), kind="adaptive")
    campaign.priorities = [[2, 10.0], [1, 0.0], [3, 0.0]]
    lanes = [ballot.lane for ballot in all_turns(evaluator, campaign)]
    assert lanes[:6] == [2] * 6
    assert len(lanes) == 18  # and the others once that one is empty


def test_adaptive_asks_attention_items_as_often_as_there_are(
    opened: Open, evaluator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = opened(prompts=6, names=("a", "b", "c"), kind="adaptive", attention=0.3)
    monkeypatch.setattr(turns.dice, "random", lambda: 0.2)
    first = turns.take(evaluator, campaign, LEASE)
    assert first is not None
    assert first.kind == "attention"  # 0.2 < 0.3 / 1.3
    Ballot.objects.filter(pk=first.pk).update(choice="tie", done_at=timezone.now())
    monkeypatch.setattr(turns.dice, "random", lambda: 0.3)
    second = turns.take(evaluator, campaign, LEASE)
    assert second is not None
    assert second.kind == "vote"
