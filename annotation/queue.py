"""Who works on which pair: slots are made when a pair is queued, claimed, renewed, skipped and freed."""

import time
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from annotation.models import Claim, Pair, Project
from cqia.accounts.models import User
from cqia.lib import slots

CLAIMS = Claim._meta.db_table
# How long a pair that was sent back waits for the person who annotated it (a default of ours).
MENDING_LEASE = timedelta(days=7)


def open_slots(pair_ids: Iterable[int], project: Project) -> None:
    """Make the k slots of freshly queued pairs, in the caller's transaction. Safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {CLAIMS} (pair_id, project_id, slot, place)"
            " SELECT id, %s, slot, id FROM unnest(%s::bigint[]) AS id, generate_series(1, %s) AS slot"
            " ORDER BY id, slot ON CONFLICT DO NOTHING",
            [project.pk, list(pair_ids), project.annotators_per_pair],
        )


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


def claim_next(user: User, project: Project) -> Claim | None:
    """The pair this person is on already, else the next free one; None where there is no work."""
    held = Claim.objects.of(project).held_by(user).order_by("id").first()
    if held is not None:
        return held
    return _take(user, project) or (_take(user, project) if free_expired(project) else None)


def _take(user: User, project: Project) -> Claim | None:
    free = Claim.objects.of(project).order_by("place", "slot")
    if project.annotators_per_pair > 1:
        mine = Claim.objects.of(project).filter(holder=user).values("pair_id")
        free = free.exclude(pair_id__in=mine)
    return slots.take_first(free, user, lease_of(project))


def free_expired(project: Project | None = None) -> int:
    """Free the slots whose lease ran out; the drafts stay. Returns how many."""
    claims = Claim.objects.all() if project is None else Claim.objects.of(project)
    return slots.free_expired(claims)


def skip(claim: Claim, user: User) -> bool:
    """Free one's own slot and put it at the very end of the queue; False where the lease was lost."""
    return bool(
        Claim.objects.filter(pk=claim.pk, holder=user, done_at=None).update(
            holder=None, held_since=None, held_until=None, place=time.time_ns() // 1000
        )
    )


def renew(claim: Claim, user: User, project: Project) -> bool:
    """Extend one's own lease from now; False where it was lost."""
    return bool(
        Claim.objects.filter(pk=claim.pk, holder=user, done_at=None).update(
            held_until=timezone.now() + lease_of(project)
        )
    )


def reopen(pair: Pair) -> None:
    """Give the slots of a pair that was sent back to those who had them, in the caller's transaction."""
    now = timezone.now()
    pair.claims.filter(done_at__isnull=False).update(
        done_at=None, held_since=now, held_until=now + MENDING_LEASE
    )
