"""The states of a pair, the moves between them, and the only functions that write `Pair.state`.

A move is one statement: a conditional UPDATE whose returned rows become the history, so that of two
people who decide at once exactly one wins, and no move is without its Transition.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import connection, transaction

from annotation.models.pair import Pair, State, Transition
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from cqia.lib.personal import masked


class StaleState(CqiaError):
    """The pair was no longer in a state from which this move starts."""

    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__("stale_state")


@dataclass(frozen=True)
class Move:
    before: tuple[State, ...]
    after: State


MOVES: dict[str, Move] = {
    # the pre-filter's
    "queue": Move((State.IMPORTED,), State.QUEUED),
    "drop": Move((State.IMPORTED, State.QUEUED), State.DROPPED),
    "readmit": Move((State.DROPPED,), State.QUEUED),  # a threshold was loosened
    "restore": Move((State.DROPPED,), State.QUEUED),  # a lead overruled the drop, for good
    "audit": Move((State.DROPPED,), State.QUEUED),  # drawn, to see whether the drop was right
    # a lead's, of pairs that are alike
    "discard": Move((State.IMPORTED, State.QUEUED, State.DROPPED), State.REJECTED),
    "take_back": Move((State.REJECTED,), State.QUEUED),  # the discarding was undone
    "dismiss": Move((State.QUEUED, State.RETURNED), State.REJECTED),  # skipped, and looked at
    # a lead's, of all that waits of a source
    "triage": Move((State.QUEUED,), State.REJECTED),
    "untriage": Move((State.REJECTED,), State.QUEUED),
    # an annotator's
    "annotate": Move((State.QUEUED, State.RETURNED), State.ANNOTATED),
    "undo": Move((State.ANNOTATED,), State.QUEUED),  # they took their decision back at once
    "unmend": Move((State.ANNOTATED,), State.RETURNED),  # the same, of a pair that was sent back
    # a reviewer's
    "approve": Move((State.ANNOTATED,), State.APPROVED),
    "fix": Move((State.ANNOTATED,), State.APPROVED),
    "return": Move((State.ANNOTATED,), State.RETURNED),
    "reject": Move((State.ANNOTATED,), State.REJECTED),
    # a lead's, for good: what it holds was withdrawn (a trigger lets no such pair out again)
    "retract": Move(tuple(State), State.REJECTED),
}

_MOVE_SQL = f"""
WITH wanted(pair_id, reason, note) AS ({{wanted}}), locked AS (
    SELECT pair.id, pair.state, wanted.reason, wanted.note
      FROM {Pair._meta.db_table} pair JOIN wanted ON wanted.pair_id = pair.id
     WHERE pair.state = ANY(%(before)s)
     ORDER BY pair.id FOR NO KEY UPDATE OF pair
), moved AS (
    UPDATE {Pair._meta.db_table} pair SET state = %(after)s
      FROM locked WHERE locked.id = pair.id AND pair.state = locked.state
 RETURNING pair.id, locked.state AS before, locked.reason, locked.note
)
INSERT INTO {Transition._meta.db_table} (pair_id, verb, before, after, actor_id, reason, note, at)
SELECT id, %(verb)s, before, %(after)s, %(actor)s, reason, note, now() FROM moved
RETURNING pair_id
"""


_MANY = "SELECT * FROM unnest(%(ids)s::bigint[], %(reasons)s::text[], %(notes)s::text[])"
# Of one pair, as with every decision: of one row PostgreSQL keeps its plan.
_ONE = "VALUES (%(pair)s::bigint, %(reason)s::text, %(note)s::text)"


@dataclass(frozen=True)
class Wanted:
    """One pair to move, and why."""

    pair_id: int
    reason: str = ""
    note: str = ""


def move_many(verb: str, wanted: Iterable[Wanted], actor: User | None = None) -> list[int]:
    """Move those of the pairs that stand where `verb` starts; returns their ids.

    Pairs elsewhere are left alone, so a run may be repeated.
    """
    rows = list(wanted)
    values = {
        "ids": [row.pair_id for row in rows],
        "reasons": [row.reason for row in rows],
        "notes": [_note(verb, row) for row in rows],
    }
    return _move(_MANY, values, verb, actor)


def _move(wanted: str, values: dict[str, Any], verb: str, actor: User | None) -> list[int]:
    step = MOVES[verb]
    values |= {
        "before": [str(state) for state in step.before],
        "after": str(step.after),
        "verb": verb,
        "actor": None if actor is None else actor.pk,
    }
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(_MOVE_SQL.format(wanted=wanted), values)
        return [pair_id for (pair_id,) in cursor.fetchall()]


def _note(verb: str, row: Wanted) -> str:
    """History is never changed: of a drop, it must not hold the personal data that masking takes away."""
    return masked(row.note)[0] if verb == "drop" and row.note else row.note


def move(
    verb: str, pair: Pair, actor: User | None = None, *, reason: str = "", note: str = ""
) -> None:
    """Move one pair, or raise StaleState where somebody else was first."""
    row = Wanted(pair.pk, reason, note)
    values = {"pair": row.pair_id, "reason": row.reason, "note": _note(verb, row)}
    if not _move(_ONE, values, verb, actor):
        raise StaleState
    pair.state = MOVES[verb].after
