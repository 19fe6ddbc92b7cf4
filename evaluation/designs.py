"""Which models meet on which prompts, and how many ballots that takes. Nothing is drawn or stored here."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import ceil

from cqia.lib.errors import CqiaError
from evaluation import naming
from evaluation.models import Answer, Campaign, ModelVersion, PromptSet

BALLOTS_LIMIT = 100_000
"""Ballots one campaign may have, so that it opens within a request; a default of this project."""

EXTRA_LIMIT = 0.3
"""Most that attention items, and repeats, may be of the votes; a default of this project."""

Kind = Campaign.Design


@dataclass(frozen=True)
class Design:
    """What a lead asks of a campaign. `kind` follows from the baseline where it is not said."""

    prompt_set: PromptSet
    models: Sequence[ModelVersion]
    baseline: ModelVersion | None = None
    votes_per_matchup: int = 3
    prompts: int | None = None  # at most so many, a sample drawn with `seed`
    seed: int = 0
    kind: str = ""
    naming: str = Campaign.Naming.LEAVE
    attention: float = 0.0  # shares of the votes
    repeats: float = 0.0
    spares: int = 0  # ballots of each matchup that are asked for only where others are skipped

    @property
    def name(self) -> str:
        return self.kind or (Kind.BASELINE if self.baseline else Kind.ROUND_ROBIN)

    def meetings(self) -> list[tuple[int, int]]:
        """Ids of the models that meet: each with the baseline, or all with all."""
        ids = sorted(model.pk for model in self.models)
        if self.name != Kind.BASELINE or self.baseline is None:
            return list(combinations(ids, 2))
        return [(each, self.baseline.pk) for each in ids if each != self.baseline.pk]

    def check(self) -> None:
        """Raises CqiaError where the design makes no sense, whatever the answers."""
        if len(self.models) < 2:
            raise CqiaError("too_few_models")
        if self.baseline is not None and self.baseline not in self.models:
            raise CqiaError("baseline_not_chosen")
        if self.name not in Kind.values:
            raise CqiaError("unknown_design", {"design": self.name})
        if self.name == Kind.BASELINE and self.baseline is None:
            raise CqiaError("baseline_wanted")
        if self.name == Kind.ADAPTIVE and len(self.models) < 3:
            raise CqiaError("not_adaptive_with_two")
        if not (0 <= self.attention <= EXTRA_LIMIT and 0 <= self.repeats <= EXTRA_LIMIT):
            raise CqiaError("share_too_great", {"limit": round(100 * EXTRA_LIMIT)})


@dataclass(frozen=True)
class Plan:
    """What a design comes to: which prompts are asked, and how many votes that needs."""

    design: Design
    prompt_ids: list[int]
    left_out: int  # prompts that lack an answer of some model
    answers: dict[tuple[int, int], int] = field(default_factory=dict)  # (prompt, model) → answer
    named: int = 0  # answers to these prompts that say which model wrote them
    excluded: int = 0  # prompts left out for it

    @property
    def matchups(self) -> int:
        return len(self.prompt_ids) * len(self.design.meetings())

    @property
    def votes(self) -> int:
        """Votes that may be counted. Adaptive asks for as many as its rule or the lead lets it."""
        return self.matchups * self.design.votes_per_matchup

    @property
    def attention(self) -> int:
        return ceil(self.votes * self.design.attention)

    @property
    def repeats(self) -> int:
        return ceil(self.votes * self.design.repeats)

    @property
    def asked(self) -> int:
        return self.votes + self.attention + self.repeats

    @property
    def ballots(self) -> int:
        """All that are drawn, spare ones too."""
        return self.asked + self.matchups * self.design.spares


def plan(design: Design) -> Plan:
    """Count what the design needs; raises where it cannot be opened. Changes nothing."""
    design.check()
    answers = answers_of(design.prompt_set, design.models)
    per_prompt = Counter(prompt for prompt, _ in answers)
    answered = sorted(each for each, count in per_prompt.items() if count == len(design.models))
    if not answered:
        raise CqiaError("nothing_to_compare")
    left_out = design.prompt_set.prompts.count() - len(answered)
    telling = _telling(design, answered)
    excluded = {prompt for prompt, _ in telling} if design.naming == Campaign.Naming.EXCLUDE else ()
    able = [prompt for prompt in answered if prompt not in excluded]
    if not able:
        raise CqiaError("all_name_themselves")
    chosen = able
    if design.prompts is not None and design.prompts < len(able):
        # Not the drawing of a secret: the same seed must give the same prompts again.
        chosen = sorted(random.Random(design.seed).sample(able, design.prompts))  # noqa: S311
    asked = set(chosen)
    answers = {key: answer for key, answer in answers.items() if key[0] in asked}
    named = sum(prompt in asked or prompt in excluded for prompt, _ in telling)
    result = Plan(design, chosen, left_out, answers, named, len(excluded))
    if result.ballots > BALLOTS_LIMIT:
        raise CqiaError("too_many_votes", {"votes": result.ballots, "limit": BALLOTS_LIMIT})
    return result


def answers_of(prompt_set: PromptSet, models: Sequence[ModelVersion]) -> dict[tuple[int, int], int]:
    """For each prompt and model the answer that is compared: the first sample."""
    found = Answer.objects.filter(prompt__prompt_set=prompt_set, model__in=models, sample=0)
    return {(prompt, model): pk for pk, prompt, model in found.values_list("pk", "prompt", "model")}


def _telling(design: Design, prompts: Sequence[int]) -> list[tuple[int, int]]:
    """(prompt, model) of the answers that say which model wrote them."""
    pattern = naming.pattern(model.name for model in design.models)
    found = Answer.objects.filter(prompt__in=prompts, model__in=design.models, sample=0)
    rows = found.values_list("prompt", "model", "text").iterator()
    return [(prompt, model) for prompt, model, text in rows if naming.places(text, pattern)]
