from django.db import connection
from django.utils.translation import gettext_lazy as _

from annotation.checks.base import CorpusCheck, Group, Measurement
from annotation.models import Arrival, Pair
from annotation.newcomers import Newcomers

# LATERAL: a look into an index for each text, whatever the planner knows of a table just filled.
_SQL = f"""
WITH texts AS (
    SELECT DISTINCT content_hash FROM {Pair._meta.db_table} WHERE id = ANY(%(ids)s)
), copies AS (
    SELECT found.id, row_number() OVER same - 1 AS before_it, first_value(found.id) OVER same AS first
      FROM texts, LATERAL (
          SELECT pair.id, pair.content_hash, arrival.id AS place
            FROM {Pair._meta.db_table} pair
            JOIN {Arrival._meta.db_table} arrival ON arrival.pair_id = pair.id
           WHERE pair.project_id = %(project)s AND pair.content_hash = texts.content_hash
      ) AS found
    WINDOW same AS (PARTITION BY found.content_hash ORDER BY found.place)
)
SELECT id, before_it, first FROM copies WHERE id = ANY(%(ids)s)
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
    group = Group.DUPLICATES
    unit = _("earlier pairs")
    too_low = _("No earlier pair is the same.")
    too_high = _("The same question and answer as pair %(evidence)s.")
    high = 0

    def measure_many(self, newcomers: Newcomers) -> dict[int, Measurement]:
        with connection.cursor() as cursor:
            cursor.execute(_SQL, {"ids": newcomers.ids, "project": newcomers.project_id})
            found = {
                pair: Measurement(copies, str(first) if copies else "")
                for pair, copies, first in cursor.fetchall()
            }
        return dict.fromkeys(newcomers.ids, Measurement(0)) | found
