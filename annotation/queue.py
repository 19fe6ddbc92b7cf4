"""Who works on which pair: slots are made when a pair is queued, then claimed, renewed and freed."""

import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import IntegrityError, connection
from django.utils import timezone

from annotation import golden, queue_order, routing
from annotation.models import Claim, Draft, Pair, Project, Skip
from annotation.models.project import SkipPolicy
from cqia.accounts.models import User
from cqia.lib import rows

CLAIMS, _SKIPS = Claim._meta.db_table, Skip._meta.db_table
_PAIRS, _PROJECTS = Pair._meta.db_table, Project._meta.db_table
# How long a pair that was sent back waits for the person who annotated it (a default of ours).
MENDING_LEASE = timedelta(days=7)


def open_slots(pair_ids: Iterable[int], project: Project) -> None:
    """Make the k slots of freshly queued pairs, in the caller's transaction. Safe to repeat."""
    queue_order.open_slots(list(pair_ids), project)


_CLOSE_SQL = f"""
WITH locked AS MATERIALIZED (
    SELECT pair_id, holder_id FROM {CLAIMS} WHERE pair_id = ANY(%(ids)s) FOR UPDATE SKIP LOCKED
), slots AS (
    SELECT pair_id, count(*) AS total FROM {CLAIMS} WHERE pair_id = ANY(%(ids)s) GROUP BY pair_id
), idle AS (
    SELECT locked.pair_id FROM locked JOIN slots USING (pair_id)
     GROUP BY locked.pair_id, slots.total
    HAVING bool_and(holder_id IS NULL) AND count(*) = slots.total
)
DELETE FROM {CLAIMS} claim USING idle WHERE claim.pair_id = idle.pair_id RETURNING claim.pair_id
"""


def close_free_slots(pair_ids: Iterable[int]) -> set[int]:
    """Remove the slots of pairs that nobody has claimed; returns those pairs' ids.

    A pair of which somebody holds a slot, or takes one at this moment, is left alone. Run it in the
    transaction that moves the pairs away.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE_SQL, {"ids": list(pair_ids)})
        return {pair_id for (pair_id,) in cursor.fetchall()}


def lease_of(project: Project) -> timedelta:
    return timedelta(minutes=project.lease_minutes)


# The first of some candidates that there is: one's own slot, else a free one, which is locked from the
# moment it is found. One's own may have been freed and taken by somebody else in that moment; the
# conditions are read again of the row as it then is. The clock is the database's alone. In the same
# statement, as it is asked with every decision, the clock of the pair on the screen starts.
_CLAIM_SQL = f"""
UPDATE {CLAIMS} SET holder_id = %(user)s,
       held_since = CASE WHEN %(begin)s OR id = %(current)s
                         THEN coalesce(held_since, statement_timestamp()) ELSE held_since END,
       held_until = CASE WHEN id = %(current)s
                         THEN greatest(held_until, statement_timestamp() + %(lease)s)
                         WHEN held_until > statement_timestamp() THEN held_until
                         ELSE statement_timestamp() + %(lease)s END
 WHERE id = ANY(ARRAY[coalesce({{candidates}}), %(current)s::bigint])
   AND (holder_id = %(user)s OR holder_id IS NULL AND id <> %(current)s) AND done_at IS NULL
RETURNING *
"""
# What was begun first comes first, then the pair prefetched, then what was sent back: it waits for days.
_HELD = f"""(
SELECT id FROM {CLAIMS}
 WHERE holder_id = %(user)s AND project_id = %(project)s AND done_at IS NULL AND id <> %(current)s
 ORDER BY held_since NULLS LAST, held_until, id LIMIT 1)"""
# OFFSET 0 keeps the planner from a join, for which it would read all that a person holds or put off:
# each slot is looked at by itself, until one fits.
_NOT_MINE = (
    f"NOT EXISTS (SELECT FROM {CLAIMS} own"
    " WHERE own.pair_id = free.pair_id AND own.holder_id = %(user)s OFFSET 0)"
)
_FREE = f"""(
SELECT free.id FROM {CLAIMS} free
 WHERE free.project_id = %(project)s AND free.lane_id {{lane}}
   AND free.holder_id IS NULL AND NOT free.parked AND {_NOT_MINE}
   AND NOT EXISTS (SELECT FROM {_SKIPS} put_off
                    WHERE put_off.pair_id = free.pair_id AND put_off.user_id = %(user)s
                      AND put_off.ended_at IS NULL
                      AND (put_off.until IS NULL OR put_off.until > statement_timestamp())
                   OFFSET 0)
 ORDER BY free.lane_id, free.place, free.slot LIMIT 1 FOR UPDATE OF free SKIP LOCKED)"""
_BACK_LATER = f"""(
SELECT free.id FROM {_SKIPS} put_off JOIN {CLAIMS} free ON free.pair_id = put_off.pair_id
 WHERE put_off.user_id = %(user)s AND put_off.ended_at IS NULL
   AND put_off.until <= statement_timestamp() AND free.project_id = %(project)s
   AND free.holder_id IS NULL AND NOT free.parked AND {_NOT_MINE}
 ORDER BY put_off.until, free.id LIMIT 1 FOR UPDATE OF free SKIP LOCKED)"""
_OF_PAIR = f"""(
SELECT free.id FROM {CLAIMS} free
 WHERE free.pair_id = %(pair)s AND free.holder_id IS NULL AND NOT free.parked AND {_NOT_MINE}
 ORDER BY free.slot LIMIT 1 FOR UPDATE OF free SKIP LOCKED)"""


def claim_next(user: User, project: Project) -> Claim | None:
    """The pair this person began first, else what waits for them, else the next free one; begun now.

    None where there is no work for them.
    """
    claim = _claim(user, project)
    if claim is None:
        free_expired(project)
        claim = _claim(user, project)
    return claim


def claim_ahead(user: User, project: Project, current: Claim) -> Claim | None:
    """The pair to show after `current`, held but not begun: who calls this again gets the same.

    `current` is on the screen now: its clock starts, as with `begin`. So a person holds two pairs, and
    loses both with their leases when they go away.
    """
    return _claim(user, project, current)


def _claim(user: User, project: Project, current: Claim | None = None) -> Claim | None:
    if project.paused_at is not None:
        return _first(user, project, [_HELD], current)
    new = _new(user, project)
    if not project.gold_share:
        return _first(user, project, [_HELD, *new], current)
    held = _first(user, project, [_HELD], current)
    if held is not None:
        return held
    known = golden.deal(user, project, lease_of(project), begin=current is None)
    return known or _first(user, project, new, current)


def _new(user: User, project: Project) -> list[str]:
    """Where this person's next pair may come from, the first choice first."""
    mine = routing.lanes_of(user, project) if project.has_lanes else []
    free = [_FREE.format(lane=f"= {lane}") for lane in mine] or [_FREE.format(lane="IS NULL")]
    return [_BACK_LATER, *free] if project.skip_policy == SkipPolicy.LATER else free


def _first(
    user: User,
    project: Project,
    candidates: Sequence[str],
    current: Claim | None = None,
    pair: Pair | None = None,
) -> Claim | None:
    """Hold the first slot of these candidates, in one statement, so that no lock outlives it."""
    values = {
        "user": user.pk,
        "project": project.pk,
        "lease": lease_of(project),
        "current": current.pk if current else 0,
        "begin": current is None,
        "pair": pair.pk if pair else 0,
    }
    try:
        sql = _CLAIM_SQL.format(candidates=", ".join(candidates))
        taken = {claim.pk: claim for claim in rows.read(Claim, sql, values)}
    except IntegrityError:  # at this moment they took another slot of the same pair, in another tab
        if current is not None:
            begin(current, user)
        return None
    if current is not None and (begun := taken.pop(current.pk, None)):
        current.held_since, current.held_until = begun.held_since, begun.held_until
    return next(iter(taken.values()), None)


_BEGIN_SQL = f"""
UPDATE {CLAIMS} claim SET held_since = coalesce(held_since, statement_timestamp()),
       held_until = greatest(
           held_until, statement_timestamp() + project.lease_minutes * interval '1 minute')
  FROM {_PROJECTS} project
 WHERE project.id = claim.project_id AND claim.id = %s AND holder_id = %s AND done_at IS NULL
RETURNING held_since, held_until
"""


def begin(claim: Claim, user: User) -> bool:
    """Start the clock of a pair claimed ahead, now that it is on the screen; False where it was lost."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN_SQL, [claim.pk, user.pk])
        row = cursor.fetchone()
    if row is not None:
        claim.held_since, claim.held_until = row
    return row is not None


# All slots of the pair are locked, in one order and in the state in which the last one to hold them
# left them: of two people who finish the last two at once, the second sees both done.
_FINISH_SQL = f"""
WITH slots AS MATERIALIZED (
    SELECT id, done_at FROM {CLAIMS} WHERE pair_id = %(pair)s ORDER BY id FOR UPDATE
), finished AS (
    UPDATE {CLAIMS} claim SET done_at = now() FROM slots
     WHERE slots.id = claim.id AND claim.id = %(claim)s
       AND claim.holder_id = %(user)s AND claim.done_at IS NULL
 RETURNING claim.id
), forgotten AS (
    DELETE FROM {Draft._meta.db_table} draft USING finished
     WHERE draft.pair_id = %(pair)s AND draft.author_id = %(user)s
 RETURNING {Draft.COLUMNS}
)
SELECT (SELECT count(*) FROM slots WHERE done_at IS NULL AND id <> %(claim)s), forgotten.*
  FROM finished LEFT JOIN forgotten ON true
"""


class Finished(NamedTuple):
    """How many slots of the pair are still open, and the draft that was there, which is deleted."""

    left: int
    draft: Draft | None


def finish(claim: Claim, user: User) -> Finished | None:
    """Mark one's own slot done, and delete one's draft; None where the slot was lost.

    Run it in the deciding transaction, which must fail where the draft holds a text nobody has seen.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FINISH_SQL, {"pair": claim.pair_id, "claim": claim.pk, "user": user.pk})
        row = cursor.fetchone()
    return Finished(row[0], Draft(*row[1:]) if row[1] else None) if row else None


# A slot goes back into the lane of its pair as lanes now are. That of a pair with a known decision was
# made for its holder, and is nobody else's.
_FREE_SQL = f"""
WITH gone AS (
    DELETE FROM {CLAIMS} claim WHERE {{these}} AND gold_id IS NOT NULL RETURNING id
), freed AS (
    UPDATE {CLAIMS} claim SET holder_id = NULL, held_since = NULL, held_until = NULL,
           lane_id = ({routing.LANE_SQL}), place = coalesce(%(place)s::bigint, claim.place)
      FROM {_PAIRS} pair
     WHERE pair.id = claim.pair_id AND {{these}} AND gold_id IS NULL RETURNING claim.id
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM freed)
"""
_EXPIRED = """holder_id IS NOT NULL AND done_at IS NULL AND held_until < statement_timestamp()
    AND (%(project)s::bigint IS NULL OR claim.project_id = %(project)s)"""
_ONE_HELD = "claim.id = %(claim)s AND holder_id = %(user)s AND done_at IS NULL"


def free_expired(project: Project | None = None) -> int:
    """Free the slots whose lease ran out; the drafts stay. Returns how many."""
    return _free(_EXPIRED, {"project": project.pk if project else None, "place": None})


def give_up(claim: Claim, user: User) -> bool:
    """Free one's own slot, at the very end of the queue; False where it was lost."""
    values = {"claim": claim.pk, "user": user.pk, "place": time.time_ns() // 1000}
    return bool(_free(_ONE_HELD, values))


def _free(these: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_FREE_SQL.format(these=these), values)
        return int(cursor.fetchone()[0])


# The pair claimed ahead is kept for as long as the one on the screen.
_RENEW_SQL = f"""
UPDATE {CLAIMS} SET held_until = greatest(held_until, statement_timestamp() + %(lease)s)
 WHERE holder_id = %(user)s AND project_id = %(project)s AND done_at IS NULL
   AND (id = %(claim)s OR held_since IS NULL)
RETURNING id
"""


def renew(claim: Claim, user: User, project: Project) -> bool:
    """Extend one's own lease from now, never shorten it; False where it was lost."""
    values: dict[str, Any] = {"user": user.pk, "project": project.pk, "claim": claim.pk}
    values["lease"] = lease_of(project)
    with connection.cursor() as cursor:
        cursor.execute(_RENEW_SQL, values)
        return (claim.pk,) in cursor.fetchall()


def retake(user: User, pair: Pair) -> Claim | None:
    """Hold a slot of this very pair again; None where none is free or the project is paused."""
    if pair.project.paused_at is not None:
        return None
    return _first(user, pair.project, [_OF_PAIR], pair=pair)


def reopen(pair: Pair) -> None:
    """Give the slots of a pair that was sent back to those who had them, in the caller's transaction.

    `held_since` stays empty until they see it, so that the days it waited are not counted as work.
    """
    pair.claims.ordinary().filter(done_at__isnull=False).update(
        done_at=None, held_since=None, held_until=timezone.now() + MENDING_LEASE
    )
