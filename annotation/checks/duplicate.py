from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext_lazy as _

from annotation.checks.base import CorpusCheck, Measurement
from annotation.models import Finding, Pair, State

_SQL = f"""
WITH fresh AS (
    SELECT id, content_hash,
           row_number() OVER same - 1 AS before_it, first_value(id) OVER same AS first
      FROM {Pair._meta.db_table} WHERE id = ANY(%(ids)s)
    WINDOW same AS (PARTITION BY content_hash ORDER BY id)
), known AS (
    SELECT pair.content_hash, count(*) AS copies, min(pair.id) AS first
      FROM {Pair._meta.db_table} pair
      JOIN {Finding._meta.db_table} finding ON finding.pair_id = pair.id
       AND finding.check_id = %(check)s
     WHERE pair.project_id = %(project)s
       AND (finding.version = %(version)s OR pair.state <> ALL(%(undecided)s))
       AND pair.content_hash IN (SELECT content_hash FROM fresh) AND pair.id <> ALL(%(ids)s)
     GROUP BY pair.content_hash
)
SELECT fresh.id, before_it + coalesce(copies, 0), coalesce(known.first, fresh.first)
  FROM fresh LEFT JOIN known USING (content_hash)
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
