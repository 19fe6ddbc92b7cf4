"""Which rows a query asks for, as SQL: for counting them, for a glance at them, and for the selection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.timezone import make_aware

from annotation.models import (
    Annotation,
    Batch,
    Claim,
    Finding,
    Pair,
    Project,
    Response,
    Source,
    State,
)
from review.composition import Line, Query
from review.models import RetractedPair, Review

# Of an approved pair the latest review that names an answer; of a rejected one its own first answer.
_APPROVED = f"""
  JOIN LATERAL (
       SELECT id, response_id, verb, created_at, instruction, input FROM {Review._meta.db_table}
        WHERE pair_id = pair.id AND response_id IS NOT NULL ORDER BY id DESC LIMIT 1) review ON true
"""
_REJECTED = f"""
  JOIN LATERAL (
       SELECT id AS response_id FROM {Response._meta.db_table}
        WHERE pair_id = pair.id AND author_id IS NULL AND parent_id IS NULL
        ORDER BY position, id LIMIT 1) answer ON true
"""
_KINDS = (
    ("sft", State.APPROVED, _APPROVED, "review.id, review.response_id, review.instruction, review.input"),
    ("rejected", State.REJECTED, _REJECTED, "NULL::bigint, answer.response_id, NULL::text, NULL::text"),
)  # fmt: skip
_SELECT = f"""
SELECT pair.id AS pair_id, {{kind}}::text AS kind, pair.source_id, source.name AS source,
       batch.sha256 AS file, pair.line, pair.task_major[1] AS task_type, pair.domain[1] AS domain,
       {{columns}}
  FROM {Pair._meta.db_table} pair
  JOIN {Source._meta.db_table} source ON source.id = pair.source_id
  JOIN {Batch._meta.db_table} batch ON batch.id = pair.batch_id
  {{join}}
 WHERE pair.project_id = {{project}} AND pair.state = {{state}}
   AND NOT EXISTS (SELECT FROM {RetractedPair._meta.db_table} WHERE pair_id = pair.id)
"""
_NAMES = "(pair_id, kind, source_id, source, file, line, task_type, domain, review_id, response_id, instruction, input)"
# The latest decision of each slot, as in annotation.opinions; golden ones are no opinions.
_LATEST = f"""
  FROM (SELECT DISTINCT ON (decision.claim_id) decision.verb, decision.response_id, decision.id
          FROM {Annotation._meta.db_table} decision
          JOIN {Claim._meta.db_table} claim ON claim.id = decision.claim_id AND claim.gold_id IS NULL
         WHERE decision.pair_id = pair.id ORDER BY decision.claim_id, decision.id DESC) latest
"""
# Pairs of annotators who decided by the same verb, of all pairs of them; none of one alone.
_AGREEMENT = f"""
(SELECT sum(alike * (alike - 1)) / nullif(sum(alike) * (sum(alike) - 1), 0)
   FROM (SELECT count(*) AS alike {_LATEST} GROUP BY latest.verb) verbs)
"""
_VERB = f"""
CASE review.verb WHEN 'fix' THEN 'fix' ELSE (
     SELECT latest.verb {_LATEST} WHERE latest.response_id = review.response_id
      ORDER BY latest.id LIMIT 1) END
"""


@dataclass
class Sql:
    """A statement and its parameters, which grow together."""

    text: str
    params: list[Any]

    def also(self, text: str, *params: Any) -> None:
        self.text += f"   AND {text}\n"
        self.params += params


def candidates(query: Query, project: Project) -> Sql:
    """The rows of the query, a row each: kind `sft` where approved, `rejected` where they are asked for.

    A subselect with the columns pair_id, kind, source_id, source, file, line, task_type, domain,
    review_id, response_id, instruction, input (of the last two NULL: as imported).
    """
    wanted = _KINDS if query.rejected else _KINDS[:1]
    parts = [_of_kind(kind, query, project) for kind in wanted]
    text = "UNION ALL".join(f"({part.text})" for part in parts)
    return Sql(f"({text}) AS candidate {_NAMES}", [one for part in parts for one in part.params])


def _of_kind(kind: tuple[str, State, str, str], query: Query, project: Project) -> Sql:
    name, state, join, columns = kind
    text = _SELECT.format(kind="%s", columns=columns, join=join, project="%s", state="%s")
    sql = Sql(text, [name, project.pk, state.value])
    for column, values in (
        ("source.name = ANY(%s)", query.sources),
        ("source.licence_kind = ANY(%s)", query.licences),
        ("pair.task_major && %s::text[]", query.tasks),
        ("pair.domain && %s::text[]", query.domains),
    ):
        if values:
            sql.also(column, list(values))
    for line in query.checks:
        _within(sql, line, project)
    if query.agreement is not None:
        sql.also(f"{_AGREEMENT} >= %s", query.agreement)
    if name == "sft":
        _decided(sql, query.verbs, query.since, query.until)
    return sql


def _within(sql: Sql, line: Line, project: Project) -> None:
    bounds, values = "", []
    for sign, bound in ((">=", line.low), ("<=", line.high)):
        if bound is not None:
            bounds += f" AND score {sign} %s"
            values.append(bound)
    sql.also(
        f"pair.id IN (SELECT pair_id FROM {Finding._meta.db_table}"
        f" WHERE project_id = %s AND check_id = %s{bounds})",
        project.pk,
        line.check,
        *values,
    )


def _decided(sql: Sql, verbs: Sequence[str], since: date | None, until: date | None) -> None:
    if verbs:
        sql.also(f"{_VERB} = ANY(%s)", list(verbs))
    if since:
        sql.also("review.created_at >= %s", _start(since))
    if until:
        sql.also("review.created_at < %s", _start(until + timedelta(days=1)))


def _start(day: date) -> datetime:
    """Midnight where the site is."""
    return make_aware(datetime.combine(day, time.min))
