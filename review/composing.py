"""The selection of a release: which rows, how often, in which split and in which order.

Everything hangs on the texts, the files they came in and the seed: no key of a table, no clock and no
name of a person decides anything, so the same data gives the same selection on every machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from annotation.models import Finding, Likeness, Pair, Project, Response, Ruling
from cqia.lib.tokens import count_tokens
from review import mixtures, splits
from review.candidates import candidates
from review.composition import SPLITS, Body, Mixture
from review.mixtures import Have, Part

_ONCE = 2000
# A row's place in every draw: by the seed and by where it stands in which file.
_KEY = "sha256(convert_to(%s::text || E'\\x1f' || file || E'\\x1f' || line, 'UTF8'))"
_PICKED = f"""
CREATE TEMP TABLE picked ON COMMIT DROP AS
SELECT candidate.*, {_KEY} AS key, ''::text AS stratum, 1::bigint AS units FROM {{candidates}}
"""
_TABLE = """
CREATE TEMP TABLE chosen (
    pair_id bigint, response_id bigint, review_id bigint, kind text, stratum text, split text,
    copy int, ordinal bigint) ON COMMIT DROP
"""
_TEXTS = f"""
SELECT picked.pair_id, coalesce(picked.instruction, pair.instruction),
       coalesce(picked.input, pair.input), response.text
  FROM picked JOIN {Pair._meta.db_table} pair ON pair.id = picked.pair_id
  JOIN {Response._meta.db_table} response ON response.id = picked.response_id
 WHERE picked.kind = 'sft'
"""
# Of the prompt and the answer, as ReleaseItem counts them.
CHARACTERS = f"""
(SELECT length(coalesce({{0}}.instruction, pair.instruction))
        + length(coalesce({{0}}.input, pair.input)) + length(response.text)
   FROM {Pair._meta.db_table} pair, {Response._meta.db_table} response
  WHERE pair.id = {{0}}.pair_id AND response.id = {{0}}.response_id)
"""
# Length in characters of the answer, and the judge's score without what is behind the point.
STRATUM = {
    "source": "{0}.source",
    "task_type": "coalesce({0}.task_type, '')",
    "domain": "coalesce({0}.domain, '')",
    "band": f"""coalesce((SELECT floor(score)::int::text FROM {Finding._meta.db_table}
                          WHERE pair_id = {{0}}.pair_id AND check_id = 'judge'), '')""",
    "length": f"""(SELECT CASE WHEN length(text) < 100 THEN '0-99'
                               WHEN length(text) < 300 THEN '100-299'
                               WHEN length(text) < 1000 THEN '300-999' ELSE '1000-' END
                     FROM {Response._meta.db_table} WHERE id = {{0}}.response_id)""",
}
_STRATA = """
SELECT stratum, count(*), sum(units)::bigint FROM picked WHERE kind = 'sft' GROUP BY stratum
"""
_UNMIXED = """
INSERT INTO chosen SELECT pair_id, response_id, review_id, kind, stratum, 'train', 0, 0 FROM picked
"""
_REJECTED = _UNMIXED + " WHERE kind <> 'sft'"
# Whole copies of every row, then of those in the order of their keys so many that the rest is met:
# a row counts as inside while half of it still fits.
_MIXED = """
INSERT INTO chosen
SELECT pair_id, response_id, review_id, kind, stratum, 'train', copy, 0
  FROM (SELECT picked.*, part.full_copies, part.rest, sum(picked.units) OVER (
               PARTITION BY picked.stratum ORDER BY picked.key, picked.source COLLATE "C"
               ROWS UNBOUNDED PRECEDING) AS sum
          FROM picked JOIN unnest(%s::text[], %s::int[], %s::bigint[])
               AS part(stratum, full_copies, rest) ON part.stratum = picked.stratum
         WHERE picked.kind = 'sft') row,
       LATERAL generate_series(0, full_copies - CASE WHEN 2 * sum - units <= 2 * rest
                                                     THEN 0 ELSE 1 END) AS copy
"""
_ORDER = {
    "source": 'picked.source COLLATE "C", picked.file COLLATE "C", picked.line, chosen.copy',
    "shuffled": 'sha256(picked.key || int4send(chosen.copy)), picked.source COLLATE "C"',
}
_NUMBER = """
UPDATE chosen SET ordinal = numbered.at
  FROM (SELECT chosen.ctid AS row, row_number() OVER (ORDER BY (chosen.kind <> 'sft'), {order}) AS at
          FROM chosen JOIN picked USING (pair_id)) numbered
 WHERE chosen.ctid = numbered.row
"""
_REACHED = """
SELECT picked.stratum, count(*), sum(picked.units)::bigint
  FROM chosen JOIN picked USING (pair_id) WHERE chosen.kind = 'sft' GROUP BY 1
"""
# Rows with the same prompt or the same first turn: each with the next that has it.
_SAME = f"""
WITH turn AS (
    SELECT key, md5(coalesce(picked.instruction, pair.instruction) || E'\\x1f'
                    || coalesce(picked.input, pair.input)) AS prompt,
           CASE WHEN jsonb_array_length(pair.history) > 0
                THEN md5(coalesce(pair.history #>> '{{0,0}}', '') || E'\\x1f') END AS first
      FROM picked JOIN {Pair._meta.db_table} pair ON pair.id = picked.pair_id
     WHERE picked.pair_id IN (SELECT pair_id FROM chosen)),
said AS (SELECT key, prompt AS text FROM turn
         UNION ALL SELECT key, first FROM turn WHERE first IS NOT NULL)
SELECT key, after FROM (
    SELECT key, lead(key) OVER (PARTITION BY text ORDER BY key) AS after FROM said) pairs
 WHERE after IS NOT NULL AND after <> key
"""
_ALIKE = f"""
SELECT one.key, other.key
  FROM {Likeness._meta.db_table} likeness
  JOIN picked one ON one.pair_id = likeness.earlier_id
  JOIN picked other ON other.pair_id = likeness.later_id
  LEFT JOIN {Ruling._meta.db_table} ruling ON ruling.id = likeness.ruling_id
 WHERE likeness.project_id = %s AND ruling.verb IS DISTINCT FROM 'apart'
   AND EXISTS (SELECT FROM chosen WHERE pair_id = one.pair_id)
   AND EXISTS (SELECT FROM chosen WHERE pair_id = other.pair_id)
"""
_GROUPS = """
SELECT coalesce(together.least, picked.key) AS least, count(*)
  FROM chosen JOIN picked USING (pair_id) LEFT JOIN together ON together.key = picked.key
 GROUP BY 1 ORDER BY 1
"""
_PLACE = """
UPDATE chosen SET split = placed.split
  FROM picked LEFT JOIN together ON together.key = picked.key
  JOIN placed ON placed.least = coalesce(together.least, picked.key)
 WHERE picked.pair_id = chosen.pair_id
"""


@dataclass(frozen=True)
class SplitShare:
    """What of a split was asked for, as a share of all rows, and the rows it got."""

    name: str
    asked: float
    rows: int
    share: float


@dataclass(frozen=True)
class Selection:
    """What a selection came to; `unit` is what a mixture by tokens really counted."""

    rows: int
    rejected: int
    unit: str
    parts: list[tuple[Part, int, int]]  # what was asked of it, its rows and its units
    splits: list[SplitShare]
    groups: int  # of rows that stay in one split together


def unit_of(mixture: Mixture | None) -> str:
    """What is counted: without a tokenizer, characters stand for tokens."""
    if mixture is None or mixture.unit == "rows":
        return "rows"
    return "tokens" if settings.TOKENIZER and count_tokens("茶") is not None else "characters"


def select(body: Body, project: Project, cursor: CursorWrapper) -> Selection:
    """Make the temporary table `chosen` in the caller's transaction: everything is decided in it.

    Columns: pair_id, response_id, review_id (NULL of rejected rows), kind "sft" or "rejected",
    stratum, split, copy (0; 1, 2, … where a row is there more often), ordinal (from 1). It goes with
    the transaction, and with the next call.
    """
    found = candidates(body.query, project)
    cursor.execute("DROP TABLE IF EXISTS chosen, picked, together, placed")
    cursor.execute(_PICKED.format(candidates=found.text), [body.seed, *found.params])
    cursor.execute("CREATE UNIQUE INDEX ON picked (pair_id); ANALYZE picked")
    cursor.execute(_TABLE)
    parts = _mix(body.mixture, cursor)
    cursor.execute("CREATE INDEX ON chosen (pair_id); ANALYZE chosen")
    groups = _split(body, project, cursor)
    cursor.execute(_NUMBER.format(order=_ORDER[body.order]))
    cursor.execute("ANALYZE chosen")
    return _told(body, cursor, parts, groups)


def _mix(mixture: Mixture | None, cursor: CursorWrapper) -> list[Part]:
    if mixture is None:
        cursor.execute(_UNMIXED)
        return []
    stratum = STRATUM[mixture.by].format("picked")
    units = {"rows": "1", "characters": CHARACTERS.format("picked"), "tokens": "1"}
    unit = unit_of(mixture)
    cursor.execute(f"UPDATE picked SET stratum = {stratum}, units = {units[unit]}")
    if unit == "tokens":
        _count_tokens(cursor)
    cursor.execute(_STRATA)
    there = {name: Have(rows, count) for name, rows, count in cursor.fetchall()}
    parts = mixtures.plan(mixture, there)
    columns = zip(*((part.name, part.full, part.rest) for part in parts), strict=True)
    cursor.execute(_MIXED, [list(column) for column in columns])
    cursor.execute(_REJECTED)
    return parts


def _count_tokens(cursor: CursorWrapper) -> None:
    """A model's own tokens of prompt and answer; chunk by chunk, so that memory stays flat."""
    connection = cursor.db.connection
    cursor.execute("CREATE TEMP TABLE counted (pair_id bigint, units bigint) ON COMMIT DROP")
    with connection.cursor(name="texts_to_count") as texts:
        texts.itersize = _ONCE
        texts.execute(_TEXTS)
        while many := list(islice(texts, _ONCE)):
            rows = [(pk, count_tokens("\n".join(filter(None, parts))) or 0) for pk, *parts in many]
            _copy(cursor, "counted (pair_id, units)", rows)
    cursor.execute(
        "UPDATE picked SET units = counted.units FROM counted"
        " WHERE counted.pair_id = picked.pair_id; DROP TABLE counted"
    )


def _copy(cursor: CursorWrapper, into: str, rows: Any) -> None:
    with cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _split(body: Body, project: Project, cursor: CursorWrapper) -> int:
    """How many groups of more than one row stay together; 0 where nothing is split."""
    wanted = body.split.wanted
    if not wanted:
        return 0
    least = _together(project, cursor)
    cursor.execute(
        "CREATE TEMP TABLE together (key bytea, least bytea) ON COMMIT DROP;"
        "CREATE TEMP TABLE placed (least bytea, split text) ON COMMIT DROP"
    )
    _copy(cursor, "together (key, least)", least.items())
    cursor.execute("ANALYZE together")
    cursor.execute("SELECT count(*) FROM chosen")
    (rows,) = cursor.fetchone()
    with cursor.db.connection.cursor(name="groups_to_split") as sizes:
        sizes.itersize = _ONCE
        sizes.execute(_GROUPS)
        placed = splits.assign(sizes, wanted, rows)
    _copy(cursor, "placed (least, split)", placed.items())
    cursor.execute(_PLACE)
    return len(set(least.values()))


def _together(project: Project, cursor: CursorWrapper) -> dict[bytes, bytes]:
    """Rows that must not be parted, by their keys, each with the least key of its group."""
    root_of = splits.groups(_alike(project, cursor))
    least: dict[bytes, bytes] = {}
    for key, root in root_of.items():
        least[root] = min(key, least.get(root, key))
    return {key: least[root] for key, root in root_of.items()}


def _alike(project: Project, cursor: CursorWrapper) -> Iterator[tuple[bytes, bytes]]:
    for sql, params in ((_SAME, []), (_ALIKE, [project.pk])):
        cursor.execute(sql, params)
        while many := cursor.fetchmany(_ONCE):
            yield from many


def _told(body: Body, cursor: CursorWrapper, parts: list[Part], groups: int) -> Selection:
    cursor.execute("SELECT kind, split, count(*) FROM chosen GROUP BY kind, split")
    counted: dict[tuple[str, str], int] = {(kind, split): n for kind, split, n in cursor.fetchall()}
    rows = sum(n for (kind, _), n in counted.items() if kind == "sft")
    every = sum(counted.values())
    reached: dict[str, tuple[int, int]] = {}
    if parts:
        cursor.execute(_REACHED)
        reached = {name: (count, units) for name, count, units in cursor.fetchall()}
    wanted = body.split.wanted
    shares = []
    for name in SPLITS if wanted else ():
        here = sum(n for (_, split), n in counted.items() if split == name)
        asked = 1 - sum(wanted.values()) if name == "train" else wanted.get(name, 0.0)
        shares.append(SplitShare(name, asked, here, here / every if every else 0.0))
    return Selection(
        rows=rows,
        rejected=every - rows,
        unit=unit_of(body.mixture),
        parts=[(part, *reached.get(part.name, (0, 0))) for part in parts],
        splits=shares,
        groups=groups,
    )
