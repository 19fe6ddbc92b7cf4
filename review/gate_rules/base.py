"""What a rule of the gate is: it finds rows; whether they hold a release back, their level says.

All rules look at temporary tables of the transaction they run in: `gate_pairs` has each row of the
selection once, in its order, with its source; into `gate_rows` goes what is found.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from django.db.backends.utils import CursorWrapper
from django.utils.functional import Promise

from annotation.models import Project
from review.licence_table import Table
from review.models import GateProblem

BLOCK, WARN = GateProblem.Level.BLOCK, GateProblem.Level.WARN
LEVEL_OF = {"forbidden": BLOCK, "ask": WARN}


@dataclass(frozen=True)
class SourceRows:
    """A source with its terms, and how many rows of the selection are from it."""

    pk: int
    name: str
    licence: str
    licence_kind: str
    consent: str
    output_terms: str
    terms_url: str
    rows: int


@dataclass(frozen=True)
class Selection:
    """What is examined, and by what: the use it is meant for, and the licence table in force."""

    project: Project
    use: str
    table: Table
    sources: list[SourceRows]
    cursor: CursorWrapper
    report: Callable[[int, int], None] | None = None  # progress of what measures texts: done, all

    def note(self, rule: str, level: str, subject: str, sources: list[int]) -> None:
        """Every row of these sources."""
        self.cursor.execute(
            "INSERT INTO gate_rows SELECT %s, %s, %s, pair_id, source_id, ordinal, ''"
            " FROM gate_pairs WHERE source_id = ANY(%s)",
            [rule, level, subject, sources],
        )


class Rule(ABC):
    """One reason for which rows may not go out."""

    id: ClassVar[str]
    name: ClassVar[Promise]
    description: ClassVar[Promise]
    waivable: ClassVar[bool] = True
    by_subject: ClassVar[bool] = False  # a waiver may stand for a source, or for all of a subject

    @abstractmethod
    def find(self, selection: Selection) -> int | None:
        """Put what is found into `gate_rows`; how many rows it had to read, where it reads texts."""

    def told(self, subject: str) -> str:
        """A subject in the reader's language."""
        return subject
