"""LLMEval-2: its answers compared blind, its human stars as the votes."""

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File

from annotation.models import Project
from cqia.accounts.models import User
from evaluation import campaigns, prompts, votes
from evaluation.models import Answer, Ballot, Campaign, Prompt, Upload
from evaluation.standings import standings
from tests.test_real_data import DATA
from tests.work import work_off

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="CQIA_REAL_DATA names no folder with real data"),
]

MODELS = ("GPT4", "baichuan-13b-chat", "belle-7b-2m")
PROMPTS = 20


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def test_a_campaign_ranks_models_as_the_stars_do(
    project: Project, lead: User, evaluator: User, second_evaluator: User
) -> None:
    llmeval_comes_in(project, lead)
    campaign = opened(project, lead)
    stars = human_stars()
    for person in (evaluator, second_evaluator):
        by_the_stars(campaign, person, stars)
    assert Ballot.objects.done().count() == 2 * PROMPTS * len(list(combinations(MODELS, 2)))
    campaigns.close(campaign, lead)
    campaign.refresh_from_db()
    asked = set(campaign.matchups.values_list("prompt__key", flat=True))
    assert len(asked) == PROMPTS
    means = {model: sum(stars[key, model] for key in asked) for model in MODELS}
    ranked = [row.rating.model for row in standings(campaign).rows]
    print(f"\n{ranked}, mean stars {[round(means[model] / PROMPTS, 2) for model in ranked]}")
    assert ranked == sorted(MODELS, key=means.__getitem__, reverse=True)


def llmeval_comes_in(project: Project, lead: User) -> None:
    """Six of the answers are a JSON `true` in place of a text: they are refused, with their lines."""
    with (DATA / "eval_prompts_llmeval2.jsonl").open("rb") as file:
        prompts.begin(project, "LLMEval-2", File(file, file.name), lead)
    prompt_set = prompts.prompt_set_named(project, "LLMEval-2")
    refused = []
    for part in (1, 2):
        with (DATA / f"eval_answers_llmeval2_{part}.jsonl").open("rb") as file:
            kept = prompts.keep(Upload.Kind.ANSWERS, prompt_set, File(file, file.name), lead)
        prompts.start(kept)
        work_off()
        kept.refresh_from_db()
        refused.append((kept.added, [line for line, _ in kept.refusals()]))
    assert refused == [(4794, [4175, 4217, 4257, 4295, 4355, 4398]), (4800, [])]
    assert Prompt.objects.filter(prompt_set=prompt_set).count() == 480
    assert project.model_versions.count() == 20
    assert Answer.objects.count() == 9594


def opened(project: Project, lead: User) -> Campaign:
    chosen = list(project.model_versions.filter(name__in=MODELS))
    prompt_set = project.prompt_sets.get()
    design = campaigns.Design(prompt_set, chosen, votes_per_matchup=2, prompts=PROMPTS, seed=2)
    return campaigns.open_campaign(campaigns.plan(design), "LLMEval-2", lead)


def human_stars() -> dict[tuple[str, str], float]:
    """(prompt, model) → mean of the stars that people gave for each aspect."""
    with (DATA / "votes_llmeval2_stars.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return {
        (row["question_id"], row["model"]): sum(given.values()) / len(given)
        for row in rows
        if (given := row["human_stars"])
    }


def by_the_stars(campaign: Campaign, person: User, stars: dict[tuple[str, str], float]) -> None:
    """Vote for the answer with more stars until there is nothing left to vote on."""
    for ballot in to_vote_on(campaign, person):
        first, second = (
            stars[ballot.matchup.prompt.key, answer.model.name]
            for answer in (ballot.matchup.first, ballot.matchup.second)
        )
        better = "tie" if first == second else sides(ballot)[first > second]
        votes.cast(person, campaign, votes.token_of(ballot, person), better)


def to_vote_on(campaign: Campaign, person: User) -> Iterator[Ballot]:
    while (ballot := votes.next_ballot(person, campaign)) is not None:
        yield ballot


def sides(ballot: Ballot) -> tuple[str, str]:
    """Where the second and the first answer stand."""
    return ("right", "left") if ballot.first_is_left else ("left", "right")
