"""The rescue audit: pairs drawn at random by which people tell how often the pre-filter errs.

Of the dropped pairs a share goes back to the annotators, in nothing unlike other pairs; of those
that passed a share is only written down. Whether a pair is drawn hangs on its id alone, so that it
can be worked out again, a second run draws nothing new, and a greater share adds to a smaller one.
"""

from collections.abc import Iterable

from django.db import connection

from annotation import queue, workflow
from annotation.checks import CORPUS_CHECKS
from annotation.models import AuditItem, Finding, Pair, Project, State, Transition
from annotation.thresholds import lines_of
from annotation.workflow import Wanted

# The first 32 bits of MD5 of “project side id”, as a share of all: spread evenly, the same anywhere.
_CHANCE = "('x' || left(md5(%(project)s || ' ' || {side} || ' ' || pair.id), 8))::bit(32)::bigint"
_DRAW_SQL = f"""
WITH drawn AS MATERIALIZED (
    SELECT pair.id, pair.state = %(dropped)s AS dropped FROM {Pair._meta.db_table} pair
     WHERE {{which}} AND pair.project_id = %(project)s
       AND CASE WHEN pair.state = %(dropped)s
                THEN {_CHANCE.format(side="'dropped'")} < %(dropped_share)s * 42949672.96
                WHEN pair.state <> %(imported)s
                THEN {_CHANCE.format(side="'kept'")} < %(kept_share)s * 42949672.96 END
)
INSERT INTO {AuditItem._meta.db_table} (pair_id, project_id, dropped, check_id, score, drawn_at)
SELECT drawn.id, %(project)s, drawn.dropped, coalesce(last.reason, ''), finding.score, now()
  FROM drawn
  LEFT JOIN LATERAL (
      SELECT left(reason, 20) AS reason FROM {Transition._meta.db_table} move
       WHERE drawn.dropped AND move.pair_id = drawn.id AND move.verb = 'drop'
       ORDER BY id DESC LIMIT 1) AS last ON true
  LEFT JOIN {Finding._meta.db_table} finding
    ON finding.pair_id = drawn.id AND finding.check_id = last.reason
 WHERE NOT EXISTS (SELECT FROM {Transition._meta.db_table} move
                    WHERE move.pair_id = drawn.id AND move.verb = 'restore')
   AND NOT EXISTS (SELECT FROM {Finding._meta.db_table} beyond
                     JOIN unnest(%(checks)s::text[], %(lows)s::float8[], %(highs)s::float8[])
                          AS line(check_id, low, high) USING (check_id)
                    WHERE beyond.pair_id = drawn.id
                      AND (beyond.score < line.low OR beyond.score > line.high))
ON CONFLICT DO NOTHING RETURNING pair_id, dropped
"""


def draw(project: Project, ids: Iterable[int] | None = None) -> int:
    """Draw from these pairs, or from all of the project that are decided on; returns how many.

    Wants the caller's transaction. Not drawn is what a lead restored, nor what is dropped for being
    like something else, such as a duplicate: whoever sees the pair alone cannot tell.
    """
    if not project.audit_dropped_share and not project.audit_kept_share:
        return 0
    which = "true" if ids is None else "pair.id = ANY(%(ids)s)"
    lines = [line for line in lines_of(project) if line.check in CORPUS_CHECKS and line.enabled]
    values = {
        "ids": None if ids is None else list(ids),
        "project": project.pk,
        "dropped": str(State.DROPPED),
        "imported": str(State.IMPORTED),
        "dropped_share": project.audit_dropped_share,
        "kept_share": project.audit_kept_share,
        "checks": [line.check.id for line in lines],
        "lows": [None if line.low is None else float(line.low) for line in lines],
        "highs": [None if line.high is None else float(line.high) for line in lines],
    }
    with connection.cursor() as cursor:
        cursor.execute(_DRAW_SQL.format(which=which), values)
        drawn = cursor.fetchall()
    moved = workflow.move_many("audit", [Wanted(pk) for pk, dropped in drawn if dropped])
    queue.open_slots(moved, project)
    return len(drawn)
