"""What may be combined for which use: the licence table, our reading at first, then a project's own.

A reading, not legal advice. Version 1 comes with the program (licences/table-1.toml); every save of a
lead is the next version of their project, and a release keeps the number of the one it went by.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotation.models import Project
from annotation.models.source import KIND_LENGTH
from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError
from review.models import LicenceTable

USES: dict[str, Promise] = {
    "research": _("Research"),
    "commercial": _("Commercial"),
    "open": _("Open publication"),
}
VERDICTS: dict[str, Promise] = {
    "allowed": _("allowed"),
    "ask": _("think about it"),
    "forbidden": _("not allowed"),
}
PARTS: dict[str, Promise] = {
    "licence": _("Kind of licence"),
    "consent": _("Consent"),
    "outputs": _("Use of model answers"),
}
UNKNOWN = "unknown"
_FIRST = Path(__file__).parent / "licences" / "table-1.toml"


@dataclass(frozen=True)
class Row:
    """One kind of licence, one answer on consent, or one kind of terms of a model, and each use."""

    part: str
    key: str
    name: str
    research: str
    commercial: str
    open: str
    group: str = ""  # rows of two groups cannot be published together
    notice: str = ""

    def verdict(self, use: str) -> str:
        return str(getattr(self, use))

    @property
    def in_words(self) -> list[tuple[Promise, str, Promise]]:
        """The name, the verdict and the verdict in words of each use, in the order of USES."""
        verdicts = [(name, self.verdict(use)) for use, name in USES.items()]
        return [(name, verdict, VERDICTS[verdict]) for name, verdict in verdicts]


@dataclass(frozen=True)
class Table:
    number: int
    rows: tuple[Row, ...]

    def row(self, part: str, key: str) -> Row:
        """Of a kind that the table does not have, the row of what is not known."""
        known = {row.key: row for row in self.rows if row.part == part}
        return known.get(key, known[UNKNOWN])

    def of(self, part: str) -> list[Row]:
        return [row for row in self.rows if row.part == part]


@dataclass(frozen=True)
class Change:
    """A row that differs from the version before; `before` is None for a new one."""

    row: Row
    before: Row | None


@cache
def first() -> Table:
    """The table that comes with the program."""
    told = tomllib.loads(_FIRST.read_text(encoding="utf-8"))
    rows = [Row(part=part, **row) for part in PARTS for row in told[part]]
    return Table(told["number"], tuple(rows))


def in_force(project: Project) -> Table:
    last = LicenceTable.objects.filter(project=project).first()
    return first() if last is None else _table(last)


def version(project: Project, number: int) -> Table:
    """Raises LicenceTable.DoesNotExist for a number that the project has not."""
    if number == first().number:
        return first()
    return _table(LicenceTable.objects.get(project=project, number=number))


def save(project: Project, user: User, rows: Sequence[Row], note: str = "") -> Table:
    """The next version of a project's table; the last one where nothing is different.

    Raises CqiaError where a key is given twice or misspelt, or what is not known has no row.
    """
    _check(rows)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        last = in_force(project)
        if last.rows == tuple(rows):
            return last
        made = LicenceTable.objects.create(
            project=project,
            number=last.number + 1,
            rows=[asdict(row) for row in rows],
            note=note,
            author=user,
        )
        record(user, "licence table saved", project.pk, version=made.number)
    return _table(made)


def changes(before: Table, after: Table) -> list[Change]:
    """The rows of `after` that `before` has not, or has otherwise."""
    old = {(row.part, row.key): row for row in before.rows}
    return [
        Change(row, old.get((row.part, row.key)))
        for row in after.rows
        if old.get((row.part, row.key)) != row
    ]


def _table(kept: LicenceTable) -> Table:
    rows: list[dict[str, Any]] = kept.rows
    return Table(kept.number, tuple(Row(**row) for row in rows))


def _check(rows: Sequence[Row]) -> None:
    keys = [(row.part, row.key) for row in rows]
    for part, key in keys:
        if keys.count((part, key)) > 1:
            raise CqiaError("licence_twice", {"kind": key})
        if not key or len(key) > KIND_LENGTH:
            raise CqiaError("licence_key", {"kind": key})
    if any((part, UNKNOWN) not in keys for part in PARTS):
        raise CqiaError("licence_unknown_missing")
    if any(row.verdict(use) not in VERDICTS for row in rows for use in USES):
        raise CqiaError("licence_verdict")
