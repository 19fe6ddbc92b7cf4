from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext_lazy as _

from annotation.checks.base import CorpusCheck, Measurement
from annotation.models import Finding, Pair, State

# LATERAL: a look into an index for each text, whatever the planner knows of a table just filled.
_SQL = f"""
WITH fresh AS (
    SELECT id, content_hash,
           row_number() OVER same - 1 AS before_it, first_value(id) OVER same AS first
      FROM {Pair._meta.db_table} WHERE id = ANY(%(ids)s)
    WINDOW same AS (PARTITION BY content_hash ORDER BY id)
), known AS (
    SELECT content_hash, copies, earliest
      FROM (SELECT DISTINCT content_hash FROM fresh) AS texts, LATERAL (
          SELECT count(*) AS copies, min(pair.id) AS earliest
            FROM {Pair._meta.db_table} pair
           WHERE pair.project_id = %(project)s AND pair.content_hash = texts.content_hash
             AND pair.id <> ALL(%(ids)s) AND EXISTS (
                 SELECT FROM {Finding._meta.db_table} finding
                  WHERE finding.pair_id = pair.id AND finding.check_id = %(check)s
                    AND (finding.version = %(version)s OR pair.state <> ALL(%(undecided)s)))
      ) AS others
)
SELECT fresh.id, before_it + copies, coalesce(earliest, first)
  FROM fresh JOIN known USING (content_hash)
"""


class Duplicate(CorpusCheck):
    """Earlier is what was measured earlier, and by id within a run: the first to come survives,
    even where two imports ran side by side and the one with the lower ids ended last."""

    id = "duplicate"
    name = _("Exact duplicate")
    description = _(
        "Earlier pairs of the project with the same question and answer, however wide or spaced "
        "the characters. The same question with another answer is no duplicate."
    )
    unit = _("earlier pairs")
    too_low = _("No earlier pair is the same.")
    too_high = _("The same question and answer as pair %(evidence)s.")
    high = 0

    def measure_many(self, project_id: int, pair_ids: Sequence[int]) -> dict[int, Measurement]:
        values: dict[str, int | str | list[int] | list[str]] = {
            "ids": list(pair_ids),
            "project": project_id,
            "check": self.id,
            "version": self.version,
            # What people decided on is measured no more, and stays a reason against copies of it.
            "undecided": [str(state) for state in (State.IMPORTED, State.QUEUED, State.DROPPED)],
        }
        with connection.cursor() as cursor:
            cursor.execute(_SQL, values)
            return {
                pair: Measurement(copies, str(first) if copies else "")
                for pair, copies, first in cursor.fetchall()
            }
