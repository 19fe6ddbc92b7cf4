"""The rules that read: no benchmark item and no personal data in what is published of a row.

Published are the prompt as it was approved, the answer, the answers it replaced and those it was
ranked against. What the pre-filter measured counts where these are the texts it measured, in the
check's present version; everything else is measured anew.
"""

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from annotation.checks import CHECK_OF, Measurement, Text
from annotation.checks.contamination import Contamination as ContaminationCheck
from annotation.checks.personal_data import PersonalData as PersonalDataCheck
from annotation.models import Annotation, Finding, Pair, Response
from annotation.texts import prompt_of
from annotation.thresholds import Line, lines_of
from review.gate_rules.base import BLOCK, WARN, Rule, Selection
from review.models import Review, TextFinding

_RANKING = (Annotation.Verb.RANK, Annotation.Verb.PICK)
_CHUNK = 500  # rows whose texts are in memory at once
_WORDS = 200  # characters

# Findings were made of imported texts: of changed rows they say nothing, and of a row beyond the line
# not which of its answers it is.
_PENDING = f"""
SELECT row.pair_id FROM gate_pairs row
  LEFT JOIN {Finding._meta.db_table} finding
    ON finding.pair_id = row.pair_id AND finding.check_id = %s AND finding.version = %s
 WHERE row.changed OR finding.id IS NULL
    OR NOT finding.score BETWEEN coalesce(%s, '-Infinity'::float8) AND coalesce(%s, 'Infinity'::float8)
 ORDER BY row.pair_id
"""
_CHOSEN = "SELECT pair_id, response_id, review_id FROM gate_pairs WHERE pair_id = ANY(%s)"
_NOTE = """
INSERT INTO gate_rows
SELECT %s, %s, found.subject, row.pair_id, row.source_id, row.ordinal, found.words
  FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS found (pair_id, subject, words)
  JOIN gate_pairs row USING (pair_id)
"""


@dataclass(frozen=True)
class Found:
    """What a check found in the texts of one row."""

    pair_id: int
    score: float
    words: str


class TextRule(Rule):
    """A check of the pre-filter, once more; beyond a line that is off it only tells."""

    check_id: ClassVar[str]

    @abstractmethod
    def measurer(self, project_id: int) -> Callable[[Text], Measurement]: ...

    @abstractmethod
    def words(self, measured: Measurement) -> str:
        """What is kept of the evidence."""

    @abstractmethod
    def subject(self, words: str) -> str: ...

    def find(self, selection: Selection) -> int:
        [line] = [one for one in lines_of(selection.project) if one.check.id == self.check_id]
        version = CHECK_OF[self.check_id].version_in(selection.project.pk)
        selection.cursor.execute(_PENDING, [self.check_id, version, line.low, line.high])
        pending = [pk for (pk,) in selection.cursor.fetchall()]
        measure = self.measurer(selection.project.pk)
        for start in range(0, len(pending), _CHUNK):
            found = self._measured(selection, pending[start : start + _CHUNK], version, measure)
            self._note(selection, line, [one for one in found if line.drops(one.score)])
            if selection.report is not None:
                selection.report(min(start + _CHUNK, len(pending)), len(pending))
        return len(pending)

    def _measured(
        self,
        selection: Selection,
        ids: Sequence[int],
        version: int,
        measure: Callable[[Text], Measurement],
    ) -> list[Found]:
        texts = released_texts(selection, ids)
        digests = {pk: digest_of(text) for pk, text in texts.items()}
        kept = TextFinding.objects.filter(pair__in=ids, check_id=self.check_id, version=version)
        known = {one.pair_id: one for one in kept if bytes(one.digest) == digests[one.pair_id]}
        made = []
        for pk in texts.keys() - known.keys():
            one = measure(texts[pk])
            made.append(
                TextFinding(
                    pair_id=pk,
                    check_id=self.check_id,
                    version=version,
                    digest=digests[pk],
                    score=one.score,
                    words=self.words(one)[:_WORDS],
                )
            )
        TextFinding.objects.bulk_create(
            made,
            update_conflicts=True,
            unique_fields=["pair", "check_id"],
            update_fields=["version", "digest", "score", "words"],
        )
        return [Found(one.pair_id, one.score, one.words) for one in (*known.values(), *made)]

    def _note(self, selection: Selection, line: Line, found: Sequence[Found]) -> None:
        if found:
            words = [one.words for one in found]
            subjects = [self.subject(one) for one in words]
            ids = [one.pair_id for one in found]
            level = BLOCK if line.enabled else WARN
            selection.cursor.execute(_NOTE, [self.id, level, ids, subjects, words])


class Contamination(TextRule):
    """Its waivers are those of the pre-filter (annotation.contamination.waivers)."""

    id: ClassVar[str] = "contamination"
    check_id: ClassVar[str] = ContaminationCheck.id
    name = _("Benchmark contamination")
    description = _("A registered benchmark holds an item that is in the row, or is like it.")

    def measurer(self, project_id: int) -> Callable[[Text], Measurement]:
        check = CHECK_OF[self.check_id]
        assert isinstance(check, ContaminationCheck)
        return check.measurer(project_id)

    def words(self, measured: Measurement) -> str:
        return f"{measured.evidence} ({measured.score:.0%})" if measured.evidence else ""

    def subject(self, words: str) -> str:
        return words.partition(" · ")[0]


class PersonalData(TextRule):
    """Of what was found only the kinds are kept, for a report outlives the text."""

    id: ClassVar[str] = "personal"
    check_id: ClassVar[str] = PersonalDataCheck.id
    name = _("Personal data")
    description = _("A number, an address or a plate of a person is in a text of the row.")

    def measurer(self, project_id: int) -> Callable[[Text], Measurement]:
        check = CHECK_OF[self.check_id]
        assert isinstance(check, PersonalDataCheck)
        return check.measure

    def words(self, measured: Measurement) -> str:
        return measured.evidence.rpartition(" … ")[2]

    def subject(self, words: str) -> str:
        return ""


def released_texts(selection: Selection, ids: Sequence[int]) -> dict[int, Text]:
    """All that is published of these rows."""
    selection.cursor.execute(_CHOSEN, [list(ids)])
    chosen = selection.cursor.fetchall()
    reviews = Review.objects.in_bulk([review for _pair, _answer, review in chosen if review])
    pairs = Pair.objects.only("system", "history", "instruction", "input").in_bulk(ids)
    answers = _answers(ids)
    ranked = Annotation.objects.filter(pair__in=ids, verb__in=_RANKING)
    ranking = set(ranked.values_list("pair", flat=True))
    return {
        pk: Text(
            _prompt(pairs[pk], reviews.get(review)),
            tuple(_published(answers[pk], answer, ranked=pk in ranking)),
        )
        for pk, answer, review in chosen
    }


def _answers(ids: Sequence[int]) -> dict[int, dict[int, Response]]:
    """Every answer of these pairs by its id, in the order in which they were made."""
    found: dict[int, dict[int, Response]] = {pk: {} for pk in ids}
    fields = ("pair_id", "parent_id", "author_id", "text")
    for answer in Response.objects.filter(pair__in=ids).only(*fields).order_by("pk"):
        found[answer.pair_id][answer.pk] = answer
    return found


def _published(answers: dict[int, Response], last: int | None, *, ranked: bool) -> Iterator[str]:
    """The answer and those it replaced; of a ranking also what it was ranked against."""
    line, at = set(), last
    while at is not None:
        line.add(at)
        at = answers[at].parent_id
    for pk, answer in answers.items():
        imported = answer.parent_id is None and answer.author_id is None
        if pk in line or (ranked and imported):
            yield answer.text


def _prompt(pair: Pair, review: Review | None) -> str:
    asked = (pair.instruction, pair.input)
    if review is not None:
        approved = (review.instruction, review.input)
        asked = (
            asked[0] if approved[0] is None else approved[0],
            asked[1] if approved[1] is None else approved[1],
        )
    return prompt_of(pair.system, pair.history, *asked)


def digest_of(text: Text) -> bytes:
    return hashlib.sha256("\x1f".join(text.parts).encode("utf-8", "surrogatepass")).digest()
