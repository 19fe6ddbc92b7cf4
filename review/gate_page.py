"""What the pages of the gate show of a report, and the file of a problem's rows."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from annotation.issue_table import harmless
from annotation.models import Pair, Source
from review.gate import SHOWN
from review.gate_rules import RULE_OF, Rule
from review.licence_table import USES
from review.models import GateProblem, GateReport


@dataclass(frozen=True)
class ShownRow:
    pair: Pair
    words: str


@dataclass(frozen=True)
class ShownProblem:
    """A problem with the first of its rows that nobody has waived."""

    problem: GateProblem
    rule: Rule
    rows: list[ShownRow]

    @property
    def left(self) -> int:
        return self.problem.count - self.problem.waived

    @property
    def subject(self) -> str:
        return self.rule.told(self.problem.subject)

    @property
    def blocks(self) -> bool:
        return self.problem.level == GateProblem.Level.BLOCK and self.left > 0


@dataclass(frozen=True)
class ShownWaiver:
    """A waiver that counted; `id` is None for one of the pre-filter, which stands for good."""

    id: int | None
    rule: Rule
    subject: str
    told: dict[str, Any]


def use_of(report: GateReport) -> str | Promise:
    return USES.get(report.use, report.use)


def problems_of(report: GateReport) -> list[ShownProblem]:
    """Those that hold the release back first; of each as many rows as a page lists."""
    problems = report.problems.select_related("source").defer("pairs", "words")
    found = list(
        problems.annotate(first=F(f"pairs__0_{SHOWN}"), first_words=F(f"words__0_{SHOWN}"))
    )
    ids = {pk for problem in found for pk in problem.first}
    pairs = Pair.objects.filter(pk__in=ids).select_related("source")
    known = pairs.only("instruction", "source__name", "project_id").in_bulk()
    listed = [_shown(problem, known) for problem in found]
    return sorted(listed, key=lambda one: (not one.blocks, not one.left))


def _shown(problem: GateProblem, known: dict[int, Pair]) -> ShownProblem:
    ids, words = list(problem.first), list(problem.first_words)  # type: ignore[attr-defined]
    words += [""] * (len(ids) - len(words))
    rows = [ShownRow(known[pk], said) for pk, said in zip(ids, words, strict=True)]
    return ShownProblem(problem, RULE_OF[problem.rule], rows)


def waivers_of(report: GateReport) -> list[ShownWaiver]:
    """The waivers that counted, as they were."""
    return [
        ShownWaiver(
            one["id"] if one["id"] > 0 else None,
            RULE_OF[one["rule"]],
            RULE_OF[one["rule"]].told(one["subject"]),
            one,
        )
        for one in report.waivers
    ]


def sources_of(report: GateReport) -> list[dict[str, Any]]:
    """Each source's terms as they were, in words."""
    return [
        {
            **source,
            "consent": Source.Consent(source["consent"]).label,
            "output_terms": Source.OutputTerms(source["output_terms"]).label,
        }
        for source in report.sources
    ]


class _Echo:
    """What csv.writer writes to; it hands the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


_ROWS = f"""
SELECT source.name, batch.filename, pair.line, pair.id, found.words, pair.instruction
  FROM (SELECT pairs[at] AS pair_id, coalesce(words[at], '') AS words, at
          FROM {GateProblem._meta.db_table}, generate_subscripts(pairs, 1) AS at
         WHERE id = %s) found
  JOIN annotation_pair pair ON pair.id = found.pair_id
  JOIN annotation_source source ON source.id = pair.source_id
  JOIN annotation_batch batch ON batch.id = pair.batch_id
 ORDER BY found.at
"""


def csv_of(problem: GateProblem) -> Iterator[str]:
    """Every row of a problem that nobody has waived, line by line; a byte order mark for Excel."""
    writer = csv.writer(_Echo())
    header = [_("Source"), _("File"), _("Line"), _("Pair"), _("Found"), _("Question")]
    yield "\ufeff" + str(writer.writerow(header))
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS, [problem.pk])
        while rows := cursor.fetchmany(1000):
            for row in rows:
                yield str(writer.writerow([harmless(str(cell)) for cell in row]))
