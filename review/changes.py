"""What changed from one release to another: rows that came, went or say something else, and the mix.

A row is the same row where it is of the same pair; it is changed where its digest is another.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.utils.safestring import SafeString

from cqia.lib.diff import diff, render_html
from review.models import Release, ReleaseItem

_ITEMS = ReleaseItem._meta.db_table
SHOWN = 50  # rows of each kind that a page lists

# Up-sampled rows count once: copies say the same.
_BOTH = f"""
WITH old AS (SELECT pair_id, digest, position FROM {_ITEMS}
              WHERE release_id = %(old)s AND kind = 'sft' AND copy = 0),
     new AS (SELECT pair_id, digest, position FROM {_ITEMS}
              WHERE release_id = %(new)s AND kind = 'sft' AND copy = 0),
     both_sides AS (SELECT old.position AS before, new.position AS after,
                           old.digest = new.digest AS same
                      FROM old FULL JOIN new USING (pair_id))
"""
_COUNTS = f"""{_BOTH}
SELECT count(*) FILTER (WHERE before IS NULL), count(*) FILTER (WHERE after IS NULL),
       count(*) FILTER (WHERE NOT same), count(*) FILTER (WHERE same)
  FROM both_sides
"""
_ADDED = "before IS NULL"
_REMOVED = "after IS NULL"
_CHANGED = "NOT same"
_ROWS = f"""{_BOTH}
SELECT before, after FROM both_sides WHERE {{which}}
 ORDER BY coalesce(after, before) LIMIT %(most)s
"""
_MIX = f"""
SELECT source, count(*) FILTER (WHERE release_id = %(old)s),
       count(*) FILTER (WHERE release_id = %(new)s)
  FROM {_ITEMS} WHERE release_id IN (%(old)s, %(new)s) AND kind = 'sft'
 GROUP BY source ORDER BY source COLLATE "C"
"""


@dataclass(frozen=True)
class Shift:
    """A source's rows before and after, and their share of all rows in percent."""

    source: str
    before: int
    after: int
    before_percent: float
    after_percent: float

    @property
    def shift(self) -> str:
        """In percentage points, with its sign."""
        return f"{self.after_percent - self.before_percent:+.1f}"


@dataclass(frozen=True)
class Counts:
    added: int
    removed: int
    changed: int
    same: int


@dataclass(frozen=True)
class Row:
    """A row on one side or both."""

    before: ReleaseItem | None
    after: ReleaseItem | None

    @property
    def item(self) -> ReleaseItem:
        one = self.after or self.before
        assert one is not None
        return one

    @property
    def withdrawn(self) -> bool:
        """Its texts are shown to nobody any more."""
        return hasattr(self.item.pair, "retracted")

    @property
    def question(self) -> str:
        return "" if self.withdrawn else str(self.item.data["instruction"])

    @property
    def parts(self) -> Iterator[tuple[str, SafeString]]:
        """The texts that differ, by their fields, as differences."""
        if self.before is None or self.after is None or self.withdrawn:
            return
        for name in ("instruction", "input", "output"):
            old, new = self.before.data[name], self.after.data[name]
            if old != new:
                yield name, render_html(diff(old, new))


@dataclass(frozen=True)
class Changes:
    counts: Counts
    added: list[Row]
    removed: list[Row]
    changed: list[Row]
    mix: list[Shift]


def changes(old: Release, new: Release, most: int = SHOWN) -> Changes:
    """How many rows, and the first of each kind by their place."""
    return Changes(
        counts(old, new),
        _rows(old, new, _ADDED, most),
        _rows(old, new, _REMOVED, most),
        _rows(old, new, _CHANGED, most),
        mix(old, new),
    )


def counts(old: Release, new: Release) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"old": old.pk, "new": new.pk})
        return Counts(*cursor.fetchone())


def mix(old: Release, new: Release) -> list[Shift]:
    with connection.cursor() as cursor:
        cursor.execute(_MIX, {"old": old.pk, "new": new.pk})
        rows = cursor.fetchall()
    before = sum(row[1] for row in rows) or 1
    after = sum(row[2] for row in rows) or 1
    return [
        Shift(name, was, now, round(100 * was / before, 1), round(100 * now / after, 1))
        for name, was, now in rows
    ]


def _rows(old: Release, new: Release, which: str, most: int) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(which=which), {"old": old.pk, "new": new.pk, "most": most})
        places = cursor.fetchall()
    before = _at(old, [place for place, _ in places])
    after = _at(new, [place for _, place in places])
    return [Row(before.get(was), after.get(now)) for was, now in places]


def _at(release: Release, positions: list[int | None]) -> dict[int | None, ReleaseItem]:
    known = [place for place in positions if place is not None]
    found = release.items.filter(position__in=known).select_related("pair__retracted")
    return {item.position: item for item in found}
