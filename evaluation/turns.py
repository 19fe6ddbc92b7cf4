"""Whose turn a ballot is: which one a person gets next, and which they can still get.

Everything here chooses among ballots that were drawn and committed; nothing is drawn again.
"""

import random
from datetime import timedelta
from typing import Any

from django.db import connection

from cqia.accounts.models import User
from cqia.lib import rows
from evaluation.designs import Kind
from evaluation.models import Answer, Ballot, Campaign, Matchup, ModelVersion

REPEAT_AFTER = 8
"""Votes a person casts before they are asked one again; a default of this project."""

dice = random.SystemRandom()

BALLOTS, _MATCHUPS = Ballot._meta.db_table, Matchup._meta.db_table
_ANSWERS, _TRAINED = Answer._meta.db_table, ModelVersion.trained_by.through._meta.db_table

# Asked with every vote; the ORM would build each of these anew, which takes longer than their answers.
_TAKE_SQL = f"""
UPDATE {BALLOTS} SET holder_id = %(user)s, held_since = statement_timestamp(),
       held_until = statement_timestamp() + %(lease)s
 WHERE id = ({{chosen}} FOR UPDATE OF free SKIP LOCKED) RETURNING *
"""
# Free ballots, without those on a model that this person trained; of matchups new to them.
_FREE = f"""
  FROM {BALLOTS} free
 WHERE free.campaign_id = %(campaign)s AND free.holder_id IS NULL AND NOT free.spare
   AND free.kind <> 'repeat'
   AND (cardinality(%(own)s::bigint[]) = 0 OR NOT EXISTS (
           SELECT FROM {_MATCHUPS} matchup JOIN {_ANSWERS} answer
                    ON answer.id IN (matchup.first_id, matchup.second_id)
            WHERE matchup.id = free.matchup_id AND answer.model_id = ANY(%(own)s::bigint[])))
"""
# OFFSET 0 keeps the planner from a join: each ballot is looked at by itself, until one fits.
_NEXT = f"""
SELECT free.id {_FREE} AND free.lane = %(lane)s
   AND NOT EXISTS (SELECT FROM {BALLOTS} met
                    WHERE met.matchup_id = free.matchup_id AND met.holder_id = %(user)s OFFSET 0)
 ORDER BY free.place LIMIT 1
"""
_COUNT_SQL = f"""
SELECT count(DISTINCT matchup_id) FROM (
    SELECT free.matchup_id {_FREE}
       AND free.matchup_id NOT IN (SELECT matchup_id FROM {BALLOTS}
                                    WHERE campaign_id = %(campaign)s AND holder_id = %(user)s)
     LIMIT %(most)s) AS open
"""
# A repeat of a vote that this person cast, with so many votes since; the first drawn first.
_AGAIN = f"""
SELECT free.id FROM {BALLOTS} free JOIN {BALLOTS} vote ON vote.id = free.repeats_id
 WHERE free.campaign_id = %(campaign)s AND free.kind = 'repeat' AND free.holder_id IS NULL
   AND vote.holder_id = %(user)s AND vote.choice <> 'skip'
   AND vote.done_at <= (SELECT done_at FROM {BALLOTS}
                         WHERE campaign_id = %(campaign)s AND holder_id = %(user)s
                           AND done_at IS NOT NULL
                         ORDER BY done_at DESC OFFSET %(since)s LIMIT 1)
 ORDER BY free.place LIMIT 1
"""
_OWN_SQL = f"""
SELECT modelversion_id FROM {_TRAINED} JOIN {Campaign.models_compared.through._meta.db_table} compared
 USING (modelversion_id) WHERE compared.campaign_id = %s AND user_id = %s
"""


def take(user: User, campaign: Campaign, lease: timedelta) -> Ballot | None:
    """Give this person the next ballot: a repeat that is due, else the first free one of their lane.

    Each is one statement, so that no lock outlives it. None where nothing is left for them.
    """
    values: dict[str, Any] = {"user": user.pk, "campaign": campaign.pk, "lease": lease}
    if campaign.repeats and (again := _take(_AGAIN, values | {"since": REPEAT_AFTER})):
        return again
    values["own"] = trained_by(user, campaign)
    for lane in _lanes(campaign):
        if taken := _take(_NEXT, values | {"lane": lane}):
            return taken
    return _take(_AGAIN, values | {"since": 0}) if campaign.repeats else None


def count_open(user: User, campaign: Campaign, most: int) -> int:
    """Matchups that this person may still get, found among `most` free ballots at most."""
    own = trained_by(user, campaign)
    values: dict[str, Any] = {"user": user.pk, "campaign": campaign.pk}
    values |= {"own": own, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_SQL, values)
        return int(cursor.fetchone()[0])


def release_spare(ballot: Ballot) -> bool:
    """Let one spare ballot of a skipped one's matchup be asked for; False where none is left.

    It stays at the place, and keeps the sides, that were drawn for it.
    """
    if ballot.kind != Ballot.Kind.VOTE:
        return False
    waiting = Ballot.objects.filter(matchup=ballot.matchup_id, spare=True).order_by("slot")
    return bool(Ballot.objects.filter(pk__in=waiting.values("pk")[:1]).update(spare=False))


def keep_spare(campaign: Campaign, ballot: Ballot) -> None:
    """Let the spare ballot that a skip set free wait again, unless somebody has it already."""
    if ballot.kind != Ballot.Kind.VOTE:
        return
    free = Ballot.objects.filter(matchup=ballot.matchup_id, kind=Ballot.Kind.VOTE, holder=None)
    asked = free.filter(slot__gt=campaign.votes_per_matchup, spare=False).order_by("-slot")
    Ballot.objects.filter(pk__in=asked.values("pk")[:1]).update(spare=True)


def trained_by(user: User, campaign: Campaign) -> list[int]:
    """Ids of the compared models that this person trained: nobody rates their own."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN_SQL, [campaign.pk, user.pk])
        return [pk for (pk,) in cursor.fetchall()]


def _take(chosen: str, values: dict[str, Any]) -> Ballot | None:
    return rows.first(Ballot, _TAKE_SQL.format(chosen=chosen), values)


def _lanes(campaign: Campaign) -> list[int]:
    """The lanes in the order in which they are tried.

    One queue, but for adaptive campaigns: there, attention items have the first lane, tried as often
    as there are of them, and the pairs of models theirs, drawn by what a vote on them would tell.
    """
    if campaign.design != Kind.ADAPTIVE:
        return [0]
    weights = [(lane, weight) for lane, weight in campaign.priorities if weight > 0]
    # Keys u^(1/w), sorted: a weighted draw without replacement (Efraimidis, Spirakis 2006).
    drawn = sorted(weights, key=lambda each: dice.random() ** (1 / each[1]), reverse=True)
    order = [lane for lane, _ in drawn]
    order += [lane for lane, weight in campaign.priorities if weight <= 0]
    share = campaign.attention / (1 + campaign.attention)
    return [0, *order] if dice.random() < share else [*order, 0]
