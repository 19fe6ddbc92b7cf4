"""Opening a campaign: who meets whom, on which prompts, on which side, in which order; and closing it.

Everything a voter could read something from is drawn here, once, on the server.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError
from evaluation.models import Answer, Ballot, Campaign, Matchup, ModelVersion, Prompt, PromptSet

VOTES_LIMIT = 100_000
"""Votes one campaign may ask for, so that it opens within a request; a default of this project."""

_dice = random.SystemRandom()


@dataclass(frozen=True)
class Design:
    """What a lead asks of a campaign."""

    prompt_set: PromptSet
    models: Sequence[ModelVersion]
    baseline: ModelVersion | None = None
    votes_per_matchup: int = 3
    prompts: int | None = None  # at most so many, a sample drawn with `seed`
    seed: int = 0

    def meetings(self) -> list[tuple[int, int]]:
        """Ids of the models that meet: each with the baseline, or all with all."""
        ids = sorted(model.pk for model in self.models)
        if self.baseline is None:
            return list(combinations(ids, 2))
        return [(each, self.baseline.pk) for each in ids if each != self.baseline.pk]


@dataclass(frozen=True)
class Plan:
    """What a design comes to: which prompts are asked, and how many votes that needs."""

    design: Design
    prompt_ids: list[int]
    left_out: int  # prompts that lack an answer of some model

    @property
    def matchups(self) -> int:
        return len(self.prompt_ids) * len(self.design.meetings())

    @property
    def votes(self) -> int:
        return self.matchups * self.design.votes_per_matchup


def plan(design: Design) -> Plan:
    """Count what the design needs; raises where it cannot be opened. Changes nothing."""
    if len(design.models) < 2:
        raise CqiaError("too_few_models")
    if design.baseline is not None and design.baseline not in design.models:
        raise CqiaError("baseline_not_chosen")
    answered = answered_by_all(design.prompt_set, design.models)
    if not answered:
        raise CqiaError("nothing_to_compare")
    chosen = answered
    if design.prompts is not None and design.prompts < len(answered):
        # Not the drawing of a secret: the same seed must give the same prompts again.
        chosen = sorted(random.Random(design.seed).sample(answered, design.prompts))  # noqa: S311
    total = Prompt.objects.filter(prompt_set=design.prompt_set).count()
    result = Plan(design, chosen, total - len(answered))
    if result.votes > VOTES_LIMIT:
        raise CqiaError("too_many_votes", {"votes": result.votes, "limit": VOTES_LIMIT})
    return result


def answered_by_all(prompt_set: PromptSet, models: Sequence[ModelVersion]) -> list[int]:
    """Ids of the prompts that every one of the models has answered."""
    who: dict[int, int] = defaultdict(int)
    answers = Answer.objects.filter(prompt__prompt_set=prompt_set, model__in=models)
    for prompt_id in answers.values_list("prompt_id", flat=True):
        who[prompt_id] += 1
    return sorted(prompt_id for prompt_id, count in who.items() if count == len(models))


def open_campaign(plan: Plan, name: str, user: User | None, **fields: Any) -> Campaign:
    """Make the campaign with all its matchups and ballots, in one transaction.

    Sides are drawn for each ballot, as evenly within a matchup as its number of votes allows. The
    queue asks for the first vote of every matchup, in an order drawn, before the second of any.
    """
    design = plan.design
    with transaction.atomic():
        campaign = Campaign.objects.create(
            project=design.prompt_set.project,
            name=name,
            prompt_set=design.prompt_set,
            baseline=design.baseline,
            votes_per_matchup=design.votes_per_matchup,
            created_by=user,
            **fields,
        )
        campaign.models_compared.set(design.models)
        _copy(
            Matchup, ("campaign_id", "prompt_id", "first_id", "second_id"), _pair_up(plan, campaign)
        )
        columns = (
            "campaign_id",
            "matchup_id",
            "slot",
            "place",
            "first_is_left",
            "choice",
            "seconds",
        )
        _copy(Ballot, columns, _draw(campaign))
        details = {"campaign": campaign.pk, "name": name, "votes": plan.votes, "seed": design.seed}
        record(user, "campaign opened", campaign.project_id, **details)
    return campaign


def _pair_up(plan: Plan, campaign: Campaign) -> list[tuple[int, int, int, int]]:
    models = [model.pk for model in plan.design.models]
    found = Answer.objects.filter(prompt__in=plan.prompt_ids, model__in=models)
    answers = {
        (prompt, model): pk
        for pk, prompt, model in found.values_list("pk", "prompt_id", "model_id")
    }
    meetings = plan.design.meetings()
    return [
        (campaign.pk, prompt, answers[prompt, first], answers[prompt, second])
        for prompt in plan.prompt_ids
        for first, second in meetings
    ]


def _draw(campaign: Campaign) -> list[tuple[int, int, int, int, bool, str, float]]:
    """The rows of the ballots, in the order in which they are asked for."""
    votes = campaign.votes_per_matchup
    matchups = list(Matchup.objects.filter(campaign=campaign).values_list("pk", flat=True))
    sides = {matchup: draw_sides(votes) for matchup in matchups}
    rows: list[tuple[int, int, int, int, bool, str, float]] = []
    for slot in range(votes):
        _dice.shuffle(matchups)
        for matchup in matchups:
            side = sides[matchup][slot]
            rows.append((campaign.pk, matchup, slot + 1, len(rows) + 1, side, "", 0.0))
    return rows


def draw_sides(votes: int) -> list[bool]:
    """For each vote, whether the first answer stands left: half of them, the odd one by a coin."""
    sides = [True, False] * (votes // 2) + [_dice.random() < 0.5] * (votes % 2)
    _dice.shuffle(sides)
    return sides


def _copy(model: type[Matchup] | type[Ballot], columns: Sequence[str], rows: Sequence[Any]) -> None:
    # COPY, for all against all of twenty models on 480 prompts are 91,200 matchups. It keeps the
    # connection to itself, so the rows must not be queried for while it runs.
    table, names = model._meta.db_table, ", ".join(columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def close(campaign: Campaign, user: User | None) -> bool:
    """End the voting and give away who is who; False where it was closed already."""
    with transaction.atomic():
        closed = Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.OPEN).update(
            state=Campaign.State.CLOSED, closed_at=timezone.now()
        )
        if closed:
            details = {"campaign": campaign.pk, "name": campaign.name}
            record(user, "campaign closed", campaign.project_id, **details)
    return bool(closed)
