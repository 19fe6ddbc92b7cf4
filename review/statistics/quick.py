"""The figures of what would be frozen, from the table `chosen` of a dry run (review.composing)."""

from typing import Any

from django.db.backends.utils import CursorWrapper

from annotation.models import Pair, Response, Source
from review.models import Review
from review.statistics.base import KEPT

_BY = ("source", "task", "origin", "licence", "split")

# The first task type alone, so that one pass over the texts does for everything.
_SQL = f"""
WITH row AS (
    SELECT source.name AS source, coalesce(pair.task_major[1], '') AS task, response.origin,
           source.licence, chosen.split, length(response.text)::bigint AS answer,
           length(coalesce(review.instruction, pair.instruction))
           + length(coalesce(review.input, pair.input)) AS prompt
      FROM chosen
      JOIN {Pair._meta.db_table} pair ON pair.id = chosen.pair_id
      JOIN {Source._meta.db_table} source ON source.id = pair.source_id
      JOIN {Response._meta.db_table} response ON response.id = chosen.response_id
      LEFT JOIN {Review._meta.db_table} review ON review.id = chosen.review_id
     WHERE chosen.kind = 'sft'
)
SELECT GROUPING(source, task, origin, licence, split), source, task, origin, licence, split,
       count(*), coalesce(sum(answer), 0)::bigint, coalesce(avg(prompt), 0)::float,
       coalesce(avg(answer), 0)::float, coalesce(max(answer), 0)
  FROM row
 GROUP BY GROUPING SETS ((), (source), (task), (origin), (licence), (split))
"""
_NONE = 2 ** len(_BY) - 1  # GROUPING: a bit for each column that the row is not grouped by


def quick_figures(cursor: CursorWrapper) -> dict[str, Any]:
    """Rows, characters of answers, mean lengths, and (name, rows, characters) by each of _BY."""
    cursor.execute(_SQL)
    found: dict[str, Any] = {by: [] for by in _BY}
    for grouping, *row in cursor.fetchall():
        names, (rows, characters, prompt_mean, answer_mean, answer_max) = row[:5], row[5:]
        if grouping == _NONE:
            found |= {
                "rows": rows,
                "characters": characters,
                "prompt_mean": round(prompt_mean, 2),
                "answer_mean": round(answer_mean, 2),
                "answer_max": answer_max,
            }
        else:
            place = len(_BY) - (_NONE - grouping).bit_length()
            found[_BY[place]].append([names[place], rows, characters])
    for by in _BY:
        found[by] = sorted(found[by], key=lambda part: (-part[1], part[0]))[:KEPT]
    return found
