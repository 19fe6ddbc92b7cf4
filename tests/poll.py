"""What the tests of evaluation compare: prompts, models with answers, and a campaign over them."""

from collections.abc import Callable
from typing import Any

import pytest

from annotation.models import Project
from cqia.accounts.models import User
from evaluation import campaigns, votes
from evaluation.models import Answer, Ballot, Campaign, ModelVersion, Prompt, PromptSet

MakePoll = Callable[..., Campaign]
Vote = Callable[..., Ballot | None]


@pytest.fixture
def prompt_set(project: Project) -> PromptSet:
    return PromptSet.objects.create(project=project, name="问题集")


@pytest.fixture
def make_models(prompt_set: PromptSet) -> Callable[..., list[ModelVersion]]:
    """make_models(*names, prompts=2): models with an answer to each of so many prompts."""

    def make_models(*names: str, prompts: int = 2) -> list[ModelVersion]:
        project = prompt_set.project
        made = [ModelVersion.objects.create(project=project, name=name) for name in names]
        for number in range(1, prompts + 1):
            prompt, _ = Prompt.objects.get_or_create(
                prompt_set=prompt_set,
                key=f"q{number}",
                defaults={"text": f"第{number}问？", "category": "问" if number % 2 else "写"},
            )
            for place, model in enumerate(made):
                text = f"第{number}问的{'甲乙丙丁'[place]}种回答。"
                Answer.objects.create(prompt=prompt, model=model, text=text)
        return made

    return make_models


@pytest.fixture
def make_poll(
    prompt_set: PromptSet, make_models: Callable[..., list[ModelVersion]], lead: User
) -> MakePoll:
    """make_poll(prompts=2, votes=1, names=…, baseline=None, spares=0 …): an open campaign."""

    def make_poll(
        prompts: int = 2,
        votes: int = 1,
        names: tuple[str, ...] = ("zebra-base", "yak-tuned"),
        baseline: str | None = None,
        **design: Any,
    ) -> Campaign:
        models = make_models(*names, prompts=prompts)
        chosen = next((model for model in models if model.name == baseline), None)
        plan = campaigns.plan(campaigns.Design(prompt_set, models, chosen, votes, **design))
        return campaigns.open_campaign(plan, "第一轮", lead)

    return make_poll


@pytest.fixture
def vote() -> Vote:
    """vote(user, campaign, choice="left"): take the next ballot and cast it."""

    def vote(user: User, campaign: Campaign, choice: str = "left") -> Ballot | None:
        ballot = votes.next_ballot(user, campaign)
        if ballot is not None:
            votes.cast(user, campaign, votes.token_of(ballot, user), choice)
            ballot.refresh_from_db()
        return ballot

    return vote
