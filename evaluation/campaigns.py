"""Opening a campaign, with everything a voter could read something from drawn and committed; closing it."""

import secrets
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotation.models import Project
from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError
from evaluation import commitment, drawing, priorities, standings
from evaluation.designs import Design, Plan, plan
from evaluation.models import Campaign

__all__ = ["Design", "Plan", "check_words", "close", "open_campaign", "plan"]


def open_campaign(plan: Plan, name: str, user: User | None, **fields: Any) -> Campaign:
    """Make the campaign with all its matchups and ballots, and commit to them, in one transaction.

    `fields` are those of Campaign that say how people vote: criteria, tags, style, and so on.
    """
    design = plan.design
    with transaction.atomic():
        campaign = Campaign.objects.create(
            project=design.prompt_set.project,
            name=name,
            prompt_set=design.prompt_set,
            design=design.name,
            baseline=design.baseline,
            votes_per_matchup=design.votes_per_matchup,
            naming=design.naming,
            attention=design.attention,
            repeats=design.repeats,
            seed=design.seed,
            nonce=secrets.token_hex(32),
            figures=_figures(plan),
            priorities=priorities.even(design),
            created_by=user,
            **fields,
        )
        campaign.models_compared.set(design.models)
        ballots = drawing.draw(campaign, plan)
        campaign.commitment = commitment.digest(campaign.nonce, commitment.lines(campaign))
        campaign.save(update_fields=["commitment"])
        details = {"campaign": campaign.pk, "name": name, "votes": plan.votes, "seed": design.seed}
        details |= {"ballots": ballots, "commitment": campaign.commitment}
        record(user, "campaign opened", campaign.project_id, **details)
    return campaign


def check_words(project: Project, name: str, tags: Iterable[str], guideline: str) -> None:
    """Raises where the name is taken, or where what voters read names a model of the project."""
    if Campaign.objects.filter(project=project, name=name).exists():
        raise CqiaError("campaign_name_taken")
    read = "\n".join([name, *tags, guideline]).lower()
    for model in project.model_versions.values_list("name", flat=True):
        if model.lower() in read:
            raise CqiaError("names_a_model", {"model": model})


def close(campaign: Campaign, user: User | None, reason: str = "") -> bool:
    """End the voting and give away who is who; False where it was closed already.

    `reason` is the verdict of the stopping rule, where that and no person ends it.
    """
    with transaction.atomic():
        closed = Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.OPEN).update(
            state=Campaign.State.CLOSED, closed_at=timezone.now()
        )
        if closed:
            details = {"campaign": campaign.pk, "name": campaign.name, "reason": reason}
            record(user, "campaign closed", campaign.project_id, **details)
            standings.order(campaign, user)
    return bool(closed)


def _figures(plan: Plan) -> dict[str, Any]:
    """What the opening found, and the names as they were then: the commitment rests on them."""
    return {
        "prompts": len(plan.prompt_ids),
        "left_out": plan.left_out,
        "named": plan.named,
        "excluded": plan.excluded,
        "masked": plan.named if plan.design.naming == Campaign.Naming.MASK else 0,
        "models": {str(model.pk): model.name for model in plan.design.models},
    }
