"""The lots of a campaign: who stands left, in which order, what is asked twice, what tries the voter.

All of it is drawn when the campaign opens, from the system's own randomness, and never again.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from evaluation.designs import Kind, Plan
from evaluation.models import Answer, Ballot, Campaign, Matchup

dice = random.SystemRandom()

Key = tuple[int, int]  # a prompt and a model, by their ids

MATCHUP = ("campaign_id", "prompt_id", "first_id", "second_id", "kind", "planted")
BALLOT = (
    *("campaign_id", "matchup_id", "kind", "repeats_id", "slot", "place", "number", "lane"),
    *("spare", "first_is_left", "choice", "seconds"),
)


@dataclass
class Lot:
    """One ballot as it is drawn."""

    matchup: int
    slot: int
    left: bool  # the first answer stands left
    lane: int = 0
    kind: str = Ballot.Kind.VOTE
    spare: bool = False
    repeats: int | None = None

    def row(self, campaign: int, number: int) -> tuple[Any, ...]:
        return (
            *(campaign, self.matchup, self.kind, self.repeats, self.slot, number, number),
            *(self.lane, self.spare, self.left, "", 0.0),
        )


def draw(campaign: Campaign, plan: Plan) -> int:
    """Store the matchups and ballots of a new campaign; returns how many ballots.

    Sides are drawn for each ballot, as evenly within a matchup as its number of votes allows. The
    queue asks for the first vote of every matchup, in an order drawn, before the second of any;
    attention items are strewn over it evenly.
    """
    copy(Matchup, MATCHUP, _pair_up(campaign, plan))
    lots = _votes(campaign, plan)
    if plan.attention:
        copy(Matchup, MATCHUP, _traps(campaign, plan))
        lots = _strew(lots, _attention(campaign, plan))
    lots += _spares(lots, plan)
    copy(Ballot, BALLOT, (lot.row(campaign.pk, place) for place, lot in enumerate(lots, 1)))
    repeats = _repeats(campaign, plan)
    rows = (lot.row(campaign.pk, place) for place, lot in enumerate(repeats, len(lots) + 1))
    copy(Ballot, BALLOT, rows)
    return len(lots) + len(repeats)


def draw_sides(votes: int) -> list[bool]:
    """For each vote, whether the first answer stands left: half of them, the odd one by a coin."""
    sides = [True, False] * (votes // 2) + [dice.random() < 0.5] * (votes % 2)
    dice.shuffle(sides)
    return sides


def lanes(campaign_models: Iterable[int]) -> dict[tuple[int, int], int]:
    """The lane of each pair of models in an adaptive campaign, from 1 on, by their ids."""
    ids = sorted(campaign_models)
    pairs = [(first, second) for place, first in enumerate(ids) for second in ids[place + 1 :]]
    return {pair: lane for lane, pair in enumerate(pairs, 1)}


def _pair_up(campaign: Campaign, plan: Plan) -> list[tuple[Any, ...]]:
    meetings = plan.design.meetings()
    return [
        (campaign.pk, prompt, plan.answers[prompt, first], plan.answers[prompt, second], "real", "")
        for prompt in plan.prompt_ids
        for first, second in meetings
    ]


def _votes(campaign: Campaign, plan: Plan) -> list[Lot]:
    """The ballots that count, in the order in which they are asked for."""
    votes = plan.design.votes_per_matchup
    found = Matchup.objects.filter(campaign=campaign, kind=Matchup.Kind.REAL)
    rows = list(found.values_list("pk", "first__model_id", "second__model_id"))
    lane = lanes(model.pk for model in plan.design.models)
    adaptive = plan.design.name == Kind.ADAPTIVE
    lane_of = {pk: lane[first, second] if adaptive else 0 for pk, first, second in rows}
    sides = {pk: draw_sides(votes) for pk in lane_of}
    matchups, lots = list(lane_of), []
    for slot in range(votes):
        dice.shuffle(matchups)
        lots += [Lot(pk, slot + 1, sides[pk][slot], lane_of[pk]) for pk in matchups]
    return lots


def _spares(lots: Sequence[Lot], plan: Plan) -> list[Lot]:
    """Ballots that wait for a skip, on sides drawn like the others'."""
    spare, votes = plan.design.spares, plan.design.votes_per_matchup
    real = {lot.matchup: lot.lane for lot in lots if lot.kind == Ballot.Kind.VOTE}
    return [
        Lot(matchup, votes + place, left, lane, spare=True)
        for matchup, lane in real.items()
        for place, left in enumerate(draw_sides(spare), 1)
    ]


def _traps(campaign: Campaign, plan: Plan) -> list[tuple[Any, ...]]:
    """Matchups that try the voter: by turns one answer twice, and one beside that to another prompt."""
    keys = sorted(plan.answers)
    count = min(-(-plan.attention // plan.design.votes_per_matchup), len(keys))
    chosen = dice.sample(keys, count)
    bad = _beside_the_point(plan, chosen[1::2], keys)
    rows: list[tuple[Any, ...]] = []
    for key in chosen:
        answer, text = plan.answers[key], bad.get(key, "")
        kind = Matchup.Kind.PLANTED if text else Matchup.Kind.IDENTICAL
        rows.append((campaign.pk, key[0], answer, answer, kind, text))
    return rows


def _beside_the_point(plan: Plan, chosen: Sequence[Key], keys: Sequence[Key]) -> dict[Key, str]:
    """For each answer the text of one to another prompt, well written; none where none differs."""
    drawn = {
        key: [each for each in dice.sample(keys, min(6, len(keys))) if each[0] != key[0]]
        for key in chosen
    }
    wanted = {plan.answers[each] for key, others in drawn.items() for each in (key, *others)}
    texts = dict(Answer.objects.filter(pk__in=wanted).values_list("pk", "text"))
    found: dict[Key, str] = {}
    for key, others in drawn.items():
        own = texts[plan.answers[key]]
        able = (texts[plan.answers[each]] for each in others)
        found[key] = next((text for text in able if text.strip() and text != own), "")
    return found


def _attention(campaign: Campaign, plan: Plan) -> list[Lot]:
    """Ballots on the traps, in an order drawn, no more than the plan has."""
    votes = plan.design.votes_per_matchup
    found = Matchup.objects.filter(campaign=campaign).exclude(kind=Matchup.Kind.REAL)
    lots: list[Lot] = []
    for slot in range(1, votes + 1):
        matchups = list(found.values_list("pk", flat=True))
        dice.shuffle(matchups)
        lots += [Lot(pk, slot, dice.random() < 0.5, 0, Ballot.Kind.ATTENTION) for pk in matchups]
    return lots[: plan.attention]


def _strew(lots: Sequence[Lot], extra: Sequence[Lot]) -> list[Lot]:
    """`extra` among `lots`: one at a place drawn within each of as many equal stretches."""
    cuts = [round(place * len(lots) / len(extra)) for place in range(len(extra) + 1)]
    mixed: list[Lot] = []
    for start, end, trap in zip(cuts, cuts[1:], extra, strict=False):
        stretch = list(lots[start:end])
        stretch.insert(dice.randint(0, len(stretch)), trap)
        mixed += stretch
    return mixed


def _repeats(campaign: Campaign, plan: Plan) -> list[Lot]:
    """Votes drawn to be asked again of whoever cast them, with the sides swapped."""
    found = Ballot.objects.filter(campaign=campaign, kind=Ballot.Kind.VOTE, spare=False)
    rows = list(found.values_list("pk", "matchup_id", "slot", "first_is_left", "lane"))
    after = plan.design.votes_per_matchup + plan.design.spares
    return [
        Lot(matchup, after + slot, not left, lane, Ballot.Kind.REPEAT, repeats=pk)
        for pk, matchup, slot, left, lane in dice.sample(rows, min(plan.repeats, len(rows)))
    ]


def copy(model: type[Matchup] | type[Ballot], columns: Sequence[str], rows: Iterable[Any]) -> None:
    # COPY, for all against all of twenty models on 480 prompts are 91,200 matchups. It keeps the
    # connection to itself, so the rows must not be queried for while it runs.
    table, names = model._meta.db_table, ", ".join(columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as into:
        for row in rows:
            into.write_row(row)
