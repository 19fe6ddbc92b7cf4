"""The gate: what of a selection may not go out, found before it is frozen.

`examine` looks at the selection in the caller's transaction, `refuse` stops a freeze by what it found,
and `keep` stores the report: with the release, or for the page on which a lead reads it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from django.db.backends.utils import CursorWrapper

from annotation.models import Pair, Project, Response, Source, TriageItem, Waiver
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from review import licence_table
from review.gate_rules import RULE_OF, RULES, Rule, Selection, SourceRows
from review.gate_rules.base import BLOCK
from review.models import GateProblem, GateReport, GateWaiver, Release, Review

SHOWN = 200  # rows of a problem that a page lists; its file has all of them
Progress = Callable[[int, int], None]
_BY_SOURCE = [rule.id for rule in RULES if rule.by_subject]

_GATHER = f"""
DROP TABLE IF EXISTS gate_pairs, gate_rows;
CREATE TEMP TABLE gate_rows (
    rule text, level text, subject text, pair_id bigint, source_id bigint, ordinal bigint,
    words text, waiver bigint) ON COMMIT DROP;
CREATE TEMP TABLE gate_pairs ON COMMIT DROP AS
SELECT chosen.pair_id, chosen.response_id, chosen.review_id, chosen.kind, chosen.ordinal,
       pair.source_id, pair.state,
       answer.author_id IS NOT NULL OR answer.parent_id IS NOT NULL
       OR coalesce(review.instruction <> pair.instruction, false)
       OR coalesce(review.input <> pair.input, false) AS changed
  FROM (SELECT DISTINCT ON (pair_id) * FROM chosen ORDER BY pair_id, ordinal) chosen
  JOIN {Pair._meta.db_table} pair ON pair.id = chosen.pair_id
  LEFT JOIN {Response._meta.db_table} answer ON answer.id = chosen.response_id
  LEFT JOIN {Review._meta.db_table} review ON review.id = chosen.review_id;
CREATE UNIQUE INDEX ON gate_pairs (pair_id);
ANALYZE gate_pairs
"""
_SOURCES = f"""
SELECT source.id, source.name, source.licence, source.licence_kind, source.consent,
       source.output_terms, source.terms_url, counted.rows
  FROM (SELECT source_id, count(*) AS rows FROM gate_pairs GROUP BY source_id) counted
  JOIN {Source._meta.db_table} source ON source.id = counted.source_id
 ORDER BY source.name COLLATE "C"
"""
_FIGURES = f"""
SELECT count(*) AS rows,
       count(review.id) AS reviewed,
       count(DISTINCT review.reviewer_id) AS reviewers,
       count(*) FILTER (WHERE review.verb = 'fix') AS fixed,
       count(*) FILTER (WHERE row.changed) AS changed,
       count(*) FILTER (WHERE EXISTS (
             SELECT FROM {Review._meta.db_table} earlier
              WHERE earlier.pair_id = row.pair_id AND earlier.verb = 'return')) AS sent_back,
       count(*) FILTER (WHERE EXISTS (
             SELECT FROM {TriageItem._meta.db_table} kept
              WHERE kept.pair_id = row.pair_id AND kept.annotation_id IS NOT NULL)) AS in_bulk
  FROM gate_pairs row LEFT JOIN {Review._meta.db_table} review ON review.id = row.review_id
"""
# One row, one source, or all of a subject: of several waivers the narrowest counts.
_WAIVE = f"""
UPDATE gate_rows SET waiver = given.id FROM {GateWaiver._meta.db_table} given
 WHERE given.project_id = %(project)s AND given.use = %(use)s AND given.ended_at IS NULL
   AND gate_rows.waiver IS NULL AND given.rule = gate_rows.rule AND given.subject = gate_rows.subject
   AND {{matches}}
"""
_MATCHES = (
    "given.pair_id = gate_rows.pair_id",
    "given.source_id = gate_rows.source_id",
    "given.pair_id IS NULL AND given.source_id IS NULL",
)
_WAIVE_CONTAMINATED = f"""
UPDATE gate_rows SET waiver = -given.id FROM {Waiver._meta.db_table} given
 WHERE rule = 'contamination' AND given.pair_id = gate_rows.pair_id
"""
_WAIVED = f"""
SELECT counted.waiver, counted.rule, counted.subject, given.pair_id, source.name,
       coalesce(given.reason, item.reason), coalesce(person.username, other.username), counted.rows
  FROM (SELECT rule, subject, waiver, count(*) AS rows FROM gate_rows
         WHERE waiver IS NOT NULL GROUP BY 1, 2, 3) counted
  LEFT JOIN {GateWaiver._meta.db_table} given ON given.id = counted.waiver
  LEFT JOIN {Source._meta.db_table} source ON source.id = given.source_id
  LEFT JOIN {User._meta.db_table} person ON person.id = given.by_id
  LEFT JOIN {Waiver._meta.db_table} item ON item.id = -counted.waiver
  LEFT JOIN {User._meta.db_table} other ON other.id = item.user_id
"""
# What hangs on the terms of a source is a problem of each source.
_OF_SOURCE = "CASE WHEN rule = ANY(%(by_source)s) THEN gate_rows.source_id END"
_OPEN = "(array_agg({} ORDER BY ordinal) FILTER (WHERE waiver IS NULL))[1:%(shown)s]"
_PROBLEMS = f"""
SELECT rule, level, subject, source.name, count(*), count(waiver),
       coalesce({_OPEN.format("pair_id")}, '{{}}'), coalesce({_OPEN.format("words")}, '{{}}')
  FROM gate_rows LEFT JOIN {Source._meta.db_table} source ON source.id = {_OF_SOURCE}
 GROUP BY rule, level, subject, source.name ORDER BY subject COLLATE "C", source.name COLLATE "C"
"""
_KEEP_PROBLEMS = f"""
INSERT INTO {GateProblem._meta.db_table}
       (report_id, rule, level, subject, source_id, count, waived, pairs, words)
SELECT %(report)s, rule, level, subject, {_OF_SOURCE} AS source, count(*), count(waiver),
       coalesce(array_agg(pair_id ORDER BY ordinal) FILTER (WHERE waiver IS NULL), '{{}}'),
       CASE WHEN max(words) = '' THEN '{{}}' ELSE
            coalesce(array_agg(words ORDER BY ordinal) FILTER (WHERE waiver IS NULL), '{{}}') END
  FROM gate_rows WHERE rule = %(rule)s
 GROUP BY rule, level, subject, source ORDER BY level, subject COLLATE "C", source
"""


class ForUse(Protocol):
    """What the gate has to know of a composition: research, commercial or open."""

    @property
    def use(self) -> str: ...


@dataclass(frozen=True)
class Problem:
    """Rows with one thing wrong; `first` are those that nobody has waived: (pair, what was found)."""

    rule: Rule
    level: str
    subject: str
    source: str | None
    count: int
    waived: int
    first: list[tuple[int, str]]

    @property
    def left(self) -> int:
        return self.count - self.waived

    @property
    def blocks(self) -> bool:
        return self.level == BLOCK and self.left > 0


@dataclass(frozen=True)
class Report:
    project: Project
    use: str
    table: int
    figures: dict[str, int]
    measured: dict[str, int]  # rows whose texts had to be read anew, by rule
    sources: list[SourceRows]
    problems: list[Problem]
    waivers: list[dict[str, Any]]

    @property
    def rows(self) -> int:
        return self.figures["rows"]

    @property
    def blocking(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.blocks]

    @property
    def passes(self) -> bool:
        return not self.blocking

    def as_json(self) -> dict[str, Any]:
        """Its figures and problems without the rows, for whoever keeps it in a JSON field."""
        problems = [
            {
                "rule": one.rule.id, "level": str(one.level), "subject": one.subject,
                "source": one.source, "count": one.count, "waived": one.waived,
            }
            for one in self.problems
        ]  # fmt: skip
        return {
            "passes": self.passes, "use": self.use, "table": self.table,
            "figures": self.figures, "measured": self.measured, "problems": problems,
        }  # fmt: skip


def examine(
    project: Project, body: ForUse, cursor: CursorWrapper, report: Progress | None = None
) -> Report:
    """What may not go out of the rows in the temporary table `chosen`, in the caller's transaction.

    Everything is done in SQL but the reading of texts that are new since they were measured, whose
    progress goes to `report`. Leaves `gate_rows`, from which `keep` stores the rows, in place.
    """
    cursor.execute(_GATHER)
    cursor.execute(_SOURCES)
    sources = [SourceRows(*row) for row in cursor.fetchall()]
    table = licence_table.in_force(project)
    selection = Selection(project, body.use, table, sources, cursor, report)
    cursor.execute(_FIGURES)
    names = [column.name for column in cursor.description]
    figures = dict(zip(names, cursor.fetchone(), strict=True))
    measured = {rule.id: count for rule in RULES if (count := rule.find(selection)) is not None}
    _count_waivers(selection)
    return Report(
        project=project,
        use=body.use,
        table=table.number,
        figures=figures,
        measured=measured,
        sources=sources,
        problems=_problems(cursor),
        waivers=_waived(cursor),
    )


def refuse(report: Report) -> None:
    """Raise CqiaError("release_blocked") where something holds the selection back."""
    if not report.passes:
        rows = sum(problem.left for problem in report.blocking)
        raise CqiaError("release_blocked", {"rows": rows})


def keep(report: Report, cursor: CursorWrapper, **of: Any) -> GateReport:
    """Store a report in the transaction that made it; `of` says of what: release, composition, by."""
    kept = GateReport.objects.create(
        project=report.project,
        use=report.use,
        table=report.table,
        rows=report.rows,
        passed=report.passes,
        figures=report.figures,
        measured=report.measured,
        sources=[_without_key(source) for source in report.sources],
        waivers=report.waivers,
        **of,
    )
    for rule in RULES:
        cursor.execute(
            _KEEP_PROBLEMS, {"report": kept.pk, "rule": rule.id, "by_source": _BY_SOURCE}
        )
    return kept


def report_of(release: Release) -> GateReport | None:
    """What the gate found of a release; of one that was patched, of the release it was patched from."""
    at: Release | None = release
    while at is not None:
        if found := GateReport.objects.filter(release=at).first():
            return found
        at = at.previous
    return None


def _without_key(source: SourceRows) -> dict[str, Any]:
    """A source as documents tell of it: the same on every machine."""
    return {name: value for name, value in asdict(source).items() if name != "pk"}


def _count_waivers(selection: Selection) -> None:
    for matches in _MATCHES:
        selection.cursor.execute(
            _WAIVE.format(matches=matches),
            {"project": selection.project.pk, "use": selection.use},
        )
    selection.cursor.execute(_WAIVE_CONTAMINATED)


def _problems(cursor: CursorWrapper) -> list[Problem]:
    cursor.execute(_PROBLEMS, {"by_source": _BY_SOURCE, "shown": SHOWN})
    found = [
        Problem(
            rule=RULE_OF[rule],
            level=level,
            subject=subject,
            source=source,
            count=count,
            waived=waived,
            first=list(zip(pairs, words, strict=True)),
        )
        for rule, level, subject, source, count, waived, pairs, words in cursor.fetchall()
    ]
    return sorted(found, key=lambda one: (not one.blocks, RULES.index(one.rule)))


def _waived(cursor: CursorWrapper) -> list[dict[str, Any]]:
    """Which waivers counted, for how many rows; in an order of words alone."""
    cursor.execute(_WAIVED)
    names = ("id", "rule", "subject", "pair", "source", "reason", "by", "rows")
    found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return sorted(
        found,
        key=lambda one: (
            one["rule"],
            one["subject"],
            one["source"] or "",
            one["reason"],
            one["by"],
        ),
    )
