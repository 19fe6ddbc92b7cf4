"""What people did: how they decided, how much they rewrote, and who did how much of it."""

from collections import Counter, defaultdict
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from review.statistics.base import Binned, Figure, Row, ranked

ROLES = ("annotator", "reviewer")  # a pseudonym begins with one


class People(Figure):
    """Pseudonyms only: the release knows no names."""

    id: ClassVar[str] = "people"
    name = _("People")
    description = _("Rows that each person decided on or reviewed, by pseudonym.")

    def __init__(self) -> None:
        self.rows: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, row: Row) -> None:
        for person in set(row.more["people"]):
            self.rows[person.partition("-")[0]][person] += 1

    def data(self) -> dict[str, Any]:
        return {role: _told(self.rows[role]) for role in ROLES}


def _told(rows: Counter[str]) -> dict[str, Any]:
    """How many people, how many of them did half, and who did how much."""
    return {"people": len(rows), "half": half_of(rows), "top": ranked(rows)}


def half_of(rows: Counter[str]) -> int:
    """The least number of people who together did half of it or more."""
    wanted, done = rows.total() / 2, 0
    for people, (_person, count) in enumerate(rows.most_common(), 1):
        done += count
        if done >= wanted:
            return people
    return 0


class Decisions(Figure):
    id: ClassVar[str] = "decisions"
    name = _("Decisions")
    description = _(
        "How each answer came to be the one released, and how much of it was rewritten."
    )

    def __init__(self) -> None:
        self.verdicts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.edits = Binned(0.1, 1)

    def add(self, row: Row) -> None:
        self.verdicts[row.more["verdict"]] += 1
        for original in row.more["originals"]:
            self.edits.add(original["ratio"])
            if original["reason"]:
                self.reasons[original["reason"]] += 1

    def data(self) -> dict[str, Any]:
        return {
            "verdicts": ranked(self.verdicts),
            "reasons": ranked(self.reasons),
            "edits": self.edits.data(),
        }
