"""Moving lines: decide again, by the stored scores, what lies between where they were and are now.

All of it is one transaction: lines, states, history, slots and the row that tells of it, so that a
kill leaves everything or nothing. Only the scores between the old and the new place of a line are
looked at, which are ranges of one index. People come first: a pair that somebody is at, decided on,
restored or audits stays where it is, and is counted.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from annotation import queue, rescue, workflow
from annotation.models import (
    AuditItem,
    Claim,
    Finding,
    Pair,
    Project,
    Redecision,
    State,
    Threshold,
    Transition,
)
from annotation.prefilter import lock
from annotation.thresholds import Line, lines_of, preset_of, refuse_nonsense
from annotation.workflow import Wanted
from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError

_FINDINGS, _PAIRS = Finding._meta.db_table, Pair._meta.db_table
# Of each pair between the old and the new lines: its state, the place of the first line that it is
# beyond now (null where none is), and whether people are at it.
_BETWEEN_SQL = f"""
WITH between AS MATERIALIZED (
    SELECT DISTINCT pair_id
      FROM unnest(%(moved)s::text[], %(low_from)s::float8[], %(low_to)s::float8[],
                  %(high_from)s::float8[], %(high_to)s::float8[])
           AS line(check_id, low_from, low_to, high_from, high_to),
           LATERAL (SELECT pair_id FROM {_FINDINGS}
                     WHERE project_id = %(project)s AND check_id = line.check_id
                       AND score >= line.low_from AND score < line.low_to
                    UNION ALL
                    SELECT pair_id FROM {_FINDINGS}
                     WHERE project_id = %(project)s AND check_id = line.check_id
                       AND score > line.high_from AND score <= line.high_to) AS found
), failing AS MATERIALIZED (
    SELECT pair_id, min(place) AS place
      FROM unnest(%(on)s::text[], %(lows)s::float8[], %(highs)s::float8[]) WITH ORDINALITY
           AS line(check_id, low, high, place),
           LATERAL (SELECT pair_id FROM {_FINDINGS}
                     WHERE project_id = %(project)s AND check_id = line.check_id
                       AND score < line.low
                    UNION ALL
                    SELECT pair_id FROM {_FINDINGS}
                     WHERE project_id = %(project)s AND check_id = line.check_id
                       AND score > line.high) AS found
     GROUP BY pair_id
), torn AS (
    SELECT pair.id, pair.state, failing.place
      FROM between JOIN {_PAIRS} pair ON pair.id = between.pair_id
      LEFT JOIN failing ON failing.pair_id = pair.id
     WHERE CASE pair.state WHEN %(dropped)s THEN failing.place IS NULL
                           WHEN %(imported)s THEN false ELSE failing.place IS NOT NULL END
)
"""
# Restored or audited: people have taken it out of the lines' reach.
_KEPT = f"""(EXISTS (SELECT FROM {Transition._meta.db_table} move
                      WHERE move.pair_id = torn.id AND move.verb = 'restore')
          OR EXISTS (SELECT FROM {AuditItem._meta.db_table} drawn WHERE drawn.pair_id = torn.id))"""
_COUNT_SQL = f"""{_BETWEEN_SQL}
SELECT count(*) FILTER (WHERE NOT touched), count(*) FILTER (WHERE readmitted),
       count(*) FILTER (WHERE touched)
  FROM (SELECT state = %(dropped)s AS readmitted,
               CASE state WHEN %(dropped)s THEN NULL WHEN %(queued)s THEN
                   EXISTS (SELECT FROM {Claim._meta.db_table} claim
                            WHERE claim.pair_id = torn.id AND claim.holder_id IS NOT NULL)
                   OR {_KEPT} ELSE true END AS touched
          FROM torn) AS decided
"""
_TORN_SQL = f"""{_BETWEEN_SQL}
SELECT torn.id, torn.state, torn.state <> %(dropped)s AND (torn.state <> %(queued)s OR {_KEPT}),
       (%(on)s::text[])[torn.place],
       (SELECT evidence FROM {_FINDINGS} finding
         WHERE finding.pair_id = torn.id AND finding.check_id = (%(on)s::text[])[torn.place])
  FROM torn
"""


@dataclass(frozen=True)
class Moves:
    """What lines do to the pairs between where they were and are: how many are dropped, let back in,
    and stay though beyond a line, because people are at them."""

    dropped: int
    readmitted: int
    stayed: int


def redecide(project: Project, user: User, lines: Sequence[Line]) -> Redecision | None:
    """Draw these lines anew, all at once, and decide by them; None where that changes no line.

    Raises CqiaError for bounds that make no sense.
    """
    for line in lines:
        refuse_nonsense(line)
    with transaction.atomic():
        lock(project)
        before = lines_of(project)
        after = _with(before, lines)
        if after == before:
            return None
        moves = _move_lines(project, before, after)
        _tell(project, user, before, after)
        return Redecision.objects.create(
            project=project,
            user=user,
            before=_stored(before),
            after=_stored(after),
            dropped=moves.dropped,
            readmitted=moves.readmitted,
            stayed=moves.stayed,
        )


def undo(redecision: Redecision, user: User) -> Moves:
    """Put the lines back where they were and decide again; what people touched since then stays.

    Raises CqiaError("not_the_latest") where it was undone already or another one came after it.
    """
    project = redecision.project
    with transaction.atomic():
        lock(project)
        latest = Redecision.objects.filter(project=project, undone_at=None).first()
        if latest != redecision:
            raise CqiaError("not_the_latest")
        now = lines_of(project)
        moves = _move_lines(project, now, _with(now, _read(redecision.before, now)))
        redecision.undone_at, redecision.undone_by = timezone.now(), user
        redecision.undone_stayed = moves.stayed
        redecision.save(update_fields=["undone_at", "undone_by", "undone_stayed"])
        record(user, "lines put back", project.pk, dropped=moves.dropped, back=moves.readmitted)
    return moves


def preview(project: Project, lines: Sequence[Line]) -> Moves:
    """What `redecide` would do with these lines."""
    before = lines_of(project)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_SQL, _values(project, before, _with(before, lines)))
        return Moves(*cursor.fetchone())


def latest(project: Project) -> Redecision | None:
    """The one that can be undone, if any."""
    return Redecision.objects.filter(project=project, undone_at=None).select_related("user").first()


def _with(before: Sequence[Line], lines: Iterable[Line]) -> list[Line]:
    """All lines, those among them exchanged that are drawn anew."""
    anew = {line.check.id: line for line in lines}
    return [anew.get(line.check.id, line) for line in before]


def _move_lines(project: Project, before: Sequence[Line], after: Sequence[Line]) -> Moves:
    for old, new in zip(before, after, strict=True):
        if old != new:
            values = {"enabled": new.enabled, "low": new.low, "high": new.high}
            Threshold.objects.update_or_create(
                project=project, check_id=new.check.id, defaults=values
            )
    with connection.cursor() as cursor:
        cursor.execute(_TORN_SQL, _values(project, before, after))
        torn = cursor.fetchall()
    readmitted = workflow.move_many(
        "readmit", [Wanted(pk) for pk, state, *_ in torn if state == State.DROPPED]
    )
    queue.open_slots(readmitted, project)
    failing = [Wanted(pk, why, note) for pk, state, _, why, note in torn if state != State.DROPPED]
    untouched = {pk for pk, _, touched, *_ in torn if not touched}
    free = queue.close_free_slots(one.pair_id for one in failing if one.pair_id in untouched)
    dropped = workflow.move_many("drop", [one for one in failing if one.pair_id in free])
    rescue.draw(project, [*dropped, *readmitted])
    return Moves(len(dropped), len(readmitted), len(failing) - len(dropped))


def _values(project: Project, before: Sequence[Line], after: Sequence[Line]) -> dict[str, Any]:
    moved = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    reaches = [(_reach(old), _reach(new)) for old, new in moved]
    on = [line for line in after if line.enabled]
    return {
        "project": project.pk,
        "moved": [new.check.id for _, new in moved],
        "low_from": [min(old[0], new[0]) for old, new in reaches],
        "low_to": [max(old[0], new[0]) for old, new in reaches],
        "high_from": [min(old[1], new[1]) for old, new in reaches],
        "high_to": [max(old[1], new[1]) for old, new in reaches],
        "on": [line.check.id for line in on],
        "lows": [_reach(line)[0] for line in on],
        "highs": [_reach(line)[1] for line in on],
        "imported": str(State.IMPORTED),
        "dropped": str(State.DROPPED),
        "queued": str(State.QUEUED),
    }


def _reach(line: Line) -> tuple[float, float]:
    """From which score to which the line lets a pair pass."""
    low = -math.inf if line.low is None or not line.enabled else float(line.low)
    high = math.inf if line.high is None or not line.enabled else float(line.high)
    return low, high


def _stored(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [
        {"check_id": line.check.id, "enabled": line.enabled, "low": line.low, "high": line.high}
        for line in lines
    ]


def _read(stored: Sequence[dict[str, Any]], now: Sequence[Line]) -> list[Line]:
    """The lines that were stored, of the checks that there still are."""
    checks = {line.check.id: line.check for line in now}
    return [
        Line(checks[one["check_id"]], one["enabled"], one["low"], one["high"])
        for one in stored
        if one["check_id"] in checks
    ]


def _tell(project: Project, user: User, before: Sequence[Line], after: Sequence[Line]) -> None:
    moved = [new for old, new in zip(before, after, strict=True) if old != new]
    if len(moved) == 1:
        [line] = _stored(moved)
        record(user, "threshold set", project.pk, check=line.pop("check_id"), **line)
    else:
        record(user, "lines set", project.pk, count=len(moved), preset=preset_of(after))
