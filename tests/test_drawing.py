"""What a campaign draws when it opens: attention items, repeats, spare ballots, lanes."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from evaluation import campaigns, naming
from evaluation.designs import Design
from evaluation.models import Answer, Ballot, Campaign, Matchup, ModelVersion, PromptSet

MakeModels = Callable[..., list[ModelVersion]]
Open = Callable[..., Campaign]


@pytest.fixture
def opened(prompt_set: PromptSet, make_models: MakeModels, lead: User) -> Open:
    """opened(prompts=10, votes=2, names=…, **design): an open campaign of this design."""

    def opened(
        prompts: int = 10, votes: int = 2, names: tuple[str, ...] = ("yak", "zebra"), **design: Any
    ) -> Campaign:
        models = make_models(*names, prompts=prompts)
        chosen = Design(prompt_set, models, votes_per_matchup=votes, **design)
        return campaigns.open_campaign(campaigns.plan(chosen), "抽签", lead)

    return opened


def test_it_draws_no_extras_unless_asked(opened: Open) -> None:
    campaign = opened()
    assert Counter(campaign.ballots.values_list("kind", "spare")) == {("vote", False): 20}
    assert set(campaign.matchups.values_list("kind", flat=True)) == {"real"}


def test_it_strews_attention_items_among_the_votes(opened: Open) -> None:
    campaign = opened(prompts=20, attention=0.1)
    kinds = list(campaign.ballots.order_by("place").values_list("kind", flat=True))
    assert (len(kinds), kinds.count("attention")) == (44, 4)
    for start in range(0, 44, 11):  # one in each stretch of ten votes
        assert kinds[start : start + 11].count("attention") == 1


def test_its_attention_items_are_of_both_kinds(opened: Open) -> None:
    campaign = opened(prompts=20, votes=1, attention=0.2)
    traps = campaign.matchups.exclude(kind="real").select_related("first", "second")
    assert Counter(trap.kind for trap in traps) == {"identical": 2, "planted": 2}
    for trap in traps:
        first, second = trap.texts()
        assert (first == second) == (trap.kind == Matchup.Kind.IDENTICAL)
        if trap.planted:  # the answer to another prompt
            assert Answer.objects.filter(text=second).exclude(prompt=trap.prompt).exists()


def test_it_repeats_votes_with_the_sides_swapped(opened: Open) -> None:
    repeats = opened(repeats=0.3).ballots.filter(kind="repeat").select_related("repeats")
    assert len(repeats) == 6
    for ballot in repeats:
        assert ballot.repeats is not None
        assert ballot.matchup_id == ballot.repeats.matchup_id
        assert ballot.first_is_left != ballot.repeats.first_is_left


def test_its_spare_ballots_wait(opened: Open) -> None:
    campaign = opened(prompts=3, votes=2, spares=2)
    spare = campaign.ballots.filter(spare=True)
    assert (spare.count(), Ballot.objects.filter(campaign=campaign).asked().count()) == (6, 6)
    assert set(spare.values_list("slot", flat=True)) == {3, 4}


def test_adaptive_has_a_lane_for_each_pair_of_models(opened: Open) -> None:
    campaign = opened(prompts=2, votes=1, names=("a", "b", "c"), kind="adaptive")
    assert Counter(campaign.ballots.values_list("lane", flat=True)) == {1: 2, 2: 2, 3: 2}
    assert campaign.priorities == [(1, 1.0), (2, 1.0), (3, 1.0)]


@pytest.mark.parametrize(
    ("design", "code"),
    [
        ({"kind": "adaptive"}, "not_adaptive_with_two"),
        ({"kind": "lottery"}, "unknown_design"),
        ({"kind": "baseline"}, "baseline_wanted"),
        ({"attention": 0.31}, "share_too_great"),
        ({"repeats": -0.1}, "share_too_great"),
    ],
)
def test_it_refuses_a_design_that_makes_no_sense(
    opened: Open, design: dict[str, Any], code: str
) -> None:
    with pytest.raises(CqiaError) as caught:
        opened(**design)
    assert caught.value.code == code
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("policy", "prompts", "figures"),
    [
        ("leave", 4, {"named": 1, "masked": 0, "excluded": 0}),
        ("mask", 4, {"named": 1, "masked": 1, "excluded": 0}),
        ("exclude", 3, {"named": 1, "masked": 0, "excluded": 1}),
    ],
)
def test_it_counts_answers_that_name_themselves_either_way(
    prompt_set: PromptSet,
    make_models: MakeModels,
    lead: User,
    policy: str,
    prompts: int,
    figures: dict[str, int],
) -> None:
    models = make_models("yak", "zebra", prompts=4)
    told = Answer.objects.filter(model=models[0], prompt__key="q2")
    told.update(text="我是通义千问，很高兴为您服务。")
    plan = campaigns.plan(Design(prompt_set, models, naming=policy))
    campaign = campaigns.open_campaign(plan, "自称", lead)
    assert campaign.matchups.count() == prompts
    assert {key: campaign.figures[key] for key in figures} == figures
    shown = naming.shown(campaign, told.get().text)
    assert ("通义千问" in shown) == (policy != "mask")
