"""The two campaigns of the demo: one closed, with votes that were written for show, and one to vote in."""

from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction

from annotation.models import Project
from cqia.accounts.models import User
from cqia.lib import slots
from evaluation import campaigns, prompts, votes
from evaluation.demo import script
from evaluation.models import Ballot, Campaign, ModelVersion, PromptSet, Upload

CLOSED = "第一轮盲测"
OPEN = "第二轮盲测：请来投票"
BASELINE = "demo-base"


def make(project: Project, users: dict[str, User]) -> None:
    prompt_set = prompts.prompt_set_named(project, "四十问")
    _bring_in(Upload.Kind.PROMPTS, prompt_set, "prompts.jsonl", users["lead"])
    _bring_in(Upload.Kind.ANSWERS, prompt_set, "answers.jsonl", users["lead"])
    project.model_versions.filter(name="demo-tuned").update(
        base=BASELINE, release=project.releases.order_by("number").first()
    )
    closed = _campaign(CLOSED, prompt_set, users, demo=True, votes_per_matchup=5)
    if closed.state == Campaign.State.OPEN:
        _vote(closed, users)
        campaigns.close(closed, users["lead"])
    _campaign(OPEN, prompt_set, users, votes_per_matchup=3, prompts=15, seed=7)


def _bring_in(kind: Upload.Kind, prompt_set: PromptSet, name: str, user: User) -> None:
    """Read a file, or what a killed run left of it."""
    upload = prompt_set.uploads.filter(kind=kind).first()
    if upload is None:
        path = script.FOLDER / name
        with path.open("rb") as file:
            upload = prompts.keep(kind, prompt_set, File(file, name=Path(name).name), user)
    prompts.read(upload)


def _campaign(
    name: str, prompt_set: PromptSet, users: dict[str, User], demo: bool = False, **design: Any
) -> Campaign:
    """The campaign of this name, opened where it is missing."""
    found = Campaign.objects.filter(project=prompt_set.project, name=name).first()
    if found is not None:
        return found
    models = list(ModelVersion.objects.filter(project=prompt_set.project).order_by("name"))
    baseline = next(model for model in models if model.name == BASELINE)
    plan = campaigns.plan(campaigns.Design(prompt_set, models, baseline, **design))
    guideline = script.text("vote_guidelines_zh.md")
    return campaigns.open_campaign(plan, name, users["lead"], guideline=guideline, demo=demo)


def _vote(campaign: Campaign, users: dict[str, User]) -> None:
    """Let every evaluator of the file cast their votes."""
    wanted: dict[str, dict[str, str]] = {}
    for vote in script.read("votes.json"):
        wanted.setdefault(vote["evaluator"], {})[vote["question_id"]] = vote["better"]
    for username, choices in wanted.items():
        user = users[username]
        for key, better in choices.items():
            free = campaign.ballots.asked().filter(matchup__prompt__key=key)
            free = free.exclude(matchup__ballots__holder=user)
            with transaction.atomic():
                ballot = slots.take_first(free.order_by("place"), user, votes.LEASE)
                if ballot is not None:  # else a run that was killed has cast it
                    token = votes.token_of(ballot, user)
                    votes.cast(user, campaign, token, _choice(ballot, better))


def _choice(ballot: Ballot, better: str) -> str:
    """The side on which the better model stands; a tie and “both bad” have none."""
    if better in (Ballot.Choice.TIE, Ballot.Choice.BOTH_BAD):
        return better
    is_first = ballot.matchup.first.model.name == better
    return Ballot.Choice.LEFT if is_first == ballot.first_is_left else Ballot.Choice.RIGHT
