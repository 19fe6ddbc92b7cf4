"""Pages of long lists: told apart by the last id seen, so that the thousandth is as fast as the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

SIZE = 30
COUNTED = 10_000  # beyond, a list says “more than”
SEARCHED = 20_000  # rows that one page of a search looks through


@dataclass(frozen=True)
class Page:
    """Rows newest first; `older` is what `?before=` takes for the next page."""

    rows: Sequence[Any]
    older: int | None
    first: bool
    count: int | None = None  # None where counting would mean to search everything
    more: bool = False  # there are more than `count`


def page_of(rows: QuerySet[Any], before: str | None) -> Page:
    """The page that follows the row with the id `before`."""
    counted = rows.order_by()[: COUNTED + 1].values("pk").count()
    part, first = _from(rows, before)
    found = list(part[: SIZE + 1])
    older = found[SIZE - 1].pk if len(found) > SIZE else None
    return Page(found[:SIZE], older, first, min(counted, COUNTED), counted > COUNTED)


def search(rows: QuerySet[Any], match: Q, before: str | None) -> Page:
    """The next matching rows among the next SEARCHED ones: an index for words is not needed."""
    part, first = _from(rows, before)
    last = part.values_list("pk", flat=True)[SEARCHED - 1 : SEARCHED].first()
    found = list((part if last is None else part.filter(pk__gte=last)).filter(match)[: SIZE + 1])
    older = found[SIZE - 1].pk if len(found) > SIZE else last
    return Page(found[:SIZE], older, first)


def _from(rows: QuerySet[Any], before: str | None) -> tuple[QuerySet[Any], bool]:
    newest_first = rows.order_by("-pk")
    if before and before.isdecimal() and len(before) < 19:
        return newest_first.filter(pk__lt=int(before)), False
    return newest_first, True
