"""Pages of long lists: told apart by the last id seen, so that the thousandth is as fast as the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

SIZE = 30
COUNTED = 10_000  # beyond, a list says “more than”


@dataclass(frozen=True)
class Page:
    """Rows newest first; `older` is what `?before=` takes for the next page."""

    rows: Sequence[Any]
    older: int | None
    first: bool
    count: int
    more: bool  # there are more than `count`


def page_of(rows: QuerySet[Any], before: str | None, key: str = "pk") -> Page:
    """The page of `rows` that follows the row whose `key` is `before`."""
    counted = rows.order_by()[: COUNTED + 1].values(key).count()
    start = int(before) if before and before.isdecimal() and len(before) < 19 else None
    part = rows if start is None else rows.filter(**{f"{key}__lt": start})
    found = list(part.order_by(f"-{key}")[: SIZE + 1])
    older = _value(found[SIZE - 1], key) if len(found) > SIZE else None
    return Page(found[:SIZE], older, start is None, min(counted, COUNTED), counted > COUNTED)


def _value(row: Any, key: str) -> int:
    value: int = row.pk if key == "pk" else getattr(row, f"{key}_id")
    return value
