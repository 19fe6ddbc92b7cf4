"""Who works on which pair: slots are made when a pair is queued, claimed, renewed, skipped and freed."""

import time
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Greatest
from django.utils import timezone

from annotation.models import Claim, Pair, Project, Skip
from annotation.models.claim import ClaimQuerySet
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
    """The pair this person is on already, then what was sent back to them, then the next free one.

    None where there is no work for them. The claim comes with its pair and the pair's source.
    """
    mine = Claim.objects.of(project).held_by(user).select_related("pair__source")
    # A sent-back pair waits for days, so the pair just being worked on runs out before it.
    held: Claim | None = mine.order_by("held_until", "id").first()
    if held is None:
        return _take(user, project) or (_take(user, project) if free_expired(project) else None)
    if held.held_since is None:
        held.held_since = timezone.now()
        held.save(update_fields=["held_since"])
    return held


def free_for(user: User, project: Project) -> ClaimQuerySet:
    """The free slots that `user` may take: not of pairs they are on or have decided, nor put off."""
    free = Claim.objects.of(project).filter(holder=None)
    if project.annotators_per_pair > 1:
        free = free.exclude(Exists(Claim.objects.filter(pair=OuterRef("pair"), holder=user)))
    return free.exclude(Exists(Skip.objects.filter(pair=OuterRef("pair"), user=user)))


def _take(user: User, project: Project) -> Claim | None:
    free = free_for(user, project).select_related("pair__source").order_by("place", "slot")
    return slots.take_first(free, user, lease_of(project))


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
