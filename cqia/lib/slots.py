"""Slots: places that people take one at a time, never two on one.

A slot row exists before anybody takes it, so that "k people a pair" is k rows and no counter, and
nobody can exceed it. Taking is SELECT … FOR UPDATE SKIP LOCKED, so that people never wait for each
other; a lease that ran out is freed by the server alone.
"""

from datetime import timedelta
from typing import Any, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone


class SlotQuerySet(models.QuerySet[Any]):
    def free(self) -> Self:
        return self.filter(holder=None)

    def done(self) -> Self:
        return self.filter(done_at__isnull=False)

    def expired(self) -> Self:
        return self.filter(holder__isnull=False, done_at=None, held_until__lt=Now())


class Slot(models.Model):
    """Free (no holder), held (holder and lease), or done (done_at)."""

    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    held_since = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


S = TypeVar("S", bound=Slot)


def take_first(slots: models.QuerySet[S], user: models.Model, lease: timedelta) -> S | None:
    """Give the first free slot of `slots` (in its order) to `user`, or None where none is free.

    One statement and one round trip, so that no lock outlives it.
    """
    sql, params = slots.filter(holder=None).values("pk")[:1].query.sql_with_params()
    now = timezone.now()
    taken = slots.model._default_manager.raw(
        f"UPDATE {slots.model._meta.db_table} SET holder_id = %s, held_since = %s, held_until = %s"
        f" WHERE id = ({sql} FOR UPDATE SKIP LOCKED) RETURNING *",
        [user.pk, now, now + lease, *params],
    )
    return next(iter(taken), None)


def free_expired(slots: SlotQuerySet) -> int:
    """Free the slots whose lease ran out; returns how many."""
    return slots.expired().update(holder=None, held_since=None, held_until=None)
