"""Opening and closing a campaign."""

from collections import Counter
from collections.abc import Callable

import pytest

from cqia.accounts.models import AuditEntry, User
from cqia.lib.errors import CqiaError
from evaluation import campaigns, designs, drawing
from evaluation.designs import Design
from evaluation.models import Answer, Ballot, Campaign, Matchup, ModelVersion, PromptSet
from tests.poll import MakePoll

MakeModels = Callable[..., list[ModelVersion]]


def test_it_lets_all_meet_all_without_a_baseline(
    prompt_set: PromptSet, make_models: MakeModels
) -> None:
    plan = campaigns.plan(Design(prompt_set, make_models("a", "b", "c"), votes_per_matchup=3))
    assert (len(plan.prompt_ids), plan.matchups, plan.votes) == (2, 6, 18)


def test_it_lets_each_meet_the_baseline_only(
    prompt_set: PromptSet, make_models: MakeModels
) -> None:
    a, b, c = make_models("a", "b", "c")
    design = Design(prompt_set, [a, b, c], baseline=b)
    assert design.meetings() == [(a.pk, b.pk), (c.pk, b.pk)]
    assert campaigns.plan(design).matchups == 4


def test_it_leaves_out_prompts_without_all_answers(
    prompt_set: PromptSet, make_models: MakeModels
) -> None:
    models = make_models("a", "b", prompts=3)
    Answer.objects.filter(prompt__key="q2", model=models[0]).delete()
    plan = campaigns.plan(Design(prompt_set, models))
    assert (len(plan.prompt_ids), plan.left_out) == (2, 1)


def test_it_samples_the_same_prompts_for_the_same_seed(
    prompt_set: PromptSet, make_models: MakeModels
) -> None:
    models = make_models("a", "b", prompts=20)
    chosen = [
        campaigns.plan(Design(prompt_set, models, prompts=5, seed=seed)).prompt_ids
        for seed in (1, 1, 2)
    ]
    assert len(chosen[0]) == 5
    assert chosen[0] == chosen[1] != chosen[2]


def test_it_refuses_a_design_that_cannot_be_voted_on(
    prompt_set: PromptSet, make_models: MakeModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, c = make_models("a", "b", "c")
    silent = ModelVersion.objects.create(project=prompt_set.project, name="silent")
    monkeypatch.setattr(designs, "BALLOTS_LIMIT", 10)
    codes = []
    for design in (
        Design(prompt_set, [a]),
        Design(prompt_set, [a, b], baseline=c),
        Design(prompt_set, [a, silent]),
        Design(prompt_set, [a, b, c], votes_per_matchup=2),
    ):
        with pytest.raises(CqiaError) as caught:
            campaigns.plan(design)
        codes.append(caught.value.code)
    assert codes == [
        "too_few_models",
        "baseline_not_chosen",
        "nothing_to_compare",
        "too_many_votes",
    ]


def test_it_opens_with_all_matchups_and_ballots(make_poll: MakePoll) -> None:
    campaign = make_poll(prompts=3, votes=2)
    assert Matchup.objects.filter(campaign=campaign).count() == 3
    assert Ballot.objects.filter(campaign=campaign, done_at=None, holder=None).count() == 6
    assert AuditEntry.objects.get(action="campaign opened").details["votes"] == 6


def test_it_compares_answers_to_the_same_prompt(make_poll: MakePoll) -> None:
    campaign = make_poll(names=("a", "b", "c"))
    for matchup in campaign.matchups.select_related("first", "second"):
        assert matchup.first.prompt_id == matchup.second.prompt_id == matchup.prompt_id
        assert matchup.first.model_id != matchup.second.model_id


@pytest.mark.parametrize(("votes", "lefts"), [(2, {1}), (3, {1, 2}), (6, {3})])
def test_it_balances_the_sides_of_a_matchup(votes: int, lefts: set[int]) -> None:
    found = {sum(drawing.draw_sides(votes)) for _ in range(200)}
    assert found == lefts


def test_it_does_not_put_the_first_vote_on_a_fixed_side() -> None:
    firsts = Counter(drawing.draw_sides(2)[0] for _ in range(400))
    assert 120 < firsts[True] < 280


def test_it_asks_every_matchup_once_before_any_twice(make_poll: MakePoll) -> None:
    campaign = make_poll(prompts=10, votes=3)
    order = list(campaign.ballots.order_by("place").values_list("matchup_id", flat=True))
    assert [len(set(order[start : start + 10])) for start in (0, 10, 20)] == [10, 10, 10]
    assert order[:10] != order[10:20] or order[10:20] != order[20:]


def test_it_closes_once(make_poll: MakePoll, lead: User) -> None:
    campaign = make_poll()
    assert [campaigns.close(campaign, lead), campaigns.close(campaign, lead)] == [True, False]
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.CLOSED
    assert campaign.closed_at is not None
    assert AuditEntry.objects.filter(action="campaign closed").count() == 1
