"""Who works on which pair: slots are made when a pair is queued, claimed, renewed, skipped and freed."""

import time
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Greatest
from django.utils import timezone

from annotation import queue_order
from annotation.models import Claim, Pair, Project, Skip
from annotation.models.claim import ClaimQuerySet
from cqia.accounts.models import User
from cqia.lib import slots

CLAIMS = Claim._meta.db_table
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


# A sent-back pair waits for days, so the pair just being worked on runs out before it.
_HELD_SQL = f"""
SELECT * FROM {CLAIMS} WHERE holder_id = %s AND project_id = %s AND done_at IS NULL
 ORDER BY held_until, id LIMIT 1
"""


def claim_next(user: User, project: Project) -> Claim | None:
    """The pair this person is on already, then what was sent back to them, then the next free one.

    None where there is no work for them.
    """
    held = next(iter(Claim.objects.raw(_HELD_SQL, [user.pk, project.pk])), None)
    if held is not None and _resume(held, user, project):
        return held
    return _take(user, project) or (_take(user, project) if free_expired(project) else None)


def _resume(held: Claim, user: User, project: Project) -> bool:
    """Start the clock of a pair sent back, and renew a lease that ran out but that nobody took over."""
    if held.held_since is None:
        held.held_since = timezone.now()
        held.save(update_fields=["held_since"])
    if held.held_until is not None and held.held_until > timezone.now():
        return True
    held.held_until = timezone.now() + lease_of(project)
    return renew(held, user, project)


def free_for(user: User, project: Project) -> ClaimQuerySet:
    """The free slots that `user` may take: not of pairs they are on or have decided, nor put off."""
    free = Claim.objects.of(project).filter(holder=None)
    if project.annotators_per_pair > 1:
        free = free.exclude(Exists(Claim.objects.filter(pair=OuterRef("pair"), holder=user)))
    return free.exclude(Exists(Skip.objects.filter(pair=OuterRef("pair"), user=user)))


def _take(user: User, project: Project) -> Claim | None:
    free = free_for(user, project).order_by("place", "slot")
    return slots.take_first(free, user, lease_of(project))


# All slots of the pair are locked, in one order and in the state in which the last one to hold them
# left them: of two people who finish the last two at once, the second sees both done.
_FINISH_SQL = f"""
WITH slots AS MATERIALIZED (
    SELECT id, done_at FROM {CLAIMS} WHERE pair_id = %(pair)s ORDER BY slot FOR UPDATE
), finished AS (
    UPDATE {CLAIMS} claim SET done_at = now() FROM slots
     WHERE slots.id = claim.id AND claim.id = %(claim)s
       AND claim.holder_id = %(user)s AND claim.done_at IS NULL
 RETURNING claim.id
)
SELECT (SELECT count(*) FROM slots WHERE done_at IS NULL AND id <> %(claim)s) FROM finished
"""


def finish(claim: Claim, user: User) -> int | None:
    """Mark one's own slot done; how many of the pair are still open, None where it was lost.

    Run it in the deciding transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FINISH_SQL, {"pair": claim.pair_id, "claim": claim.pk, "user": user.pk})
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def free_expired(project: Project | None = None) -> int:
    """Free the slots whose lease ran out; the drafts stay. Returns how many."""
    claims = Claim.objects.all() if project is None else Claim.objects.of(project)
    return slots.free_expired(claims)


@transaction.atomic
def skip(claim: Claim, user: User) -> bool:
    """Free one's own slot and put it at the very end of the queue; False where the lease was lost.

    It does not come back to the person who skipped it until they `take_up` what they put off.
    """
    freed = Claim.objects.filter(pk=claim.pk, holder=user, done_at=None).update(
        holder=None, held_since=None, held_until=None, place=time.time_ns() // 1000
    )
    if freed:
        Skip.objects.bulk_create([Skip(pair_id=claim.pair_id, user=user)], ignore_conflicts=True)
    return bool(freed)


def take_up(user: User, project: Project) -> int:
    """Give the pairs that this person skipped another chance; returns how many."""
    return Skip.objects.filter(user=user, pair__project=project).delete()[0]


def renew(claim: Claim, user: User, project: Project) -> bool:
    """Extend one's own lease from now, never shorten it; False where it was lost."""
    return bool(
        Claim.objects.filter(pk=claim.pk, holder=user, done_at=None).update(
            held_until=Greatest("held_until", timezone.now() + lease_of(project))
        )
    )


def reopen(pair: Pair) -> None:
    """Give the slots of a pair that was sent back to those who had them, in the caller's transaction.

    `held_since` stays empty until they see it, so that the days it waited are not counted as work.
    """
    pair.claims.filter(done_at__isnull=False).update(
        done_at=None, held_since=None, held_until=timezone.now() + MENDING_LEASE
    )
