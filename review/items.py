"""Reading the rows of a release in their order, whatever their number, in little memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
from django.db import connection

from review.models import Release, ReleaseItem

_ONCE = 2000
_SQL = f"""
SELECT position, kind, split, copy, source, licence, digest, record, extra,
       prompt_chars, answer_chars, tokens, score, agreement
  FROM {ReleaseItem._meta.db_table}
 WHERE release_id = %(release)s AND position > %(after)s
 ORDER BY position LIMIT {_ONCE}
"""


@dataclass(frozen=True)
class Item:
    """One row as it was frozen; `record` and `extra` are JSON, see ReleaseItem."""

    position: int
    kind: str
    split: str
    copy: int
    source: str
    licence: str
    digest: bytes
    record: bytes
    extra: bytes
    prompt_chars: int
    answer_chars: int
    tokens: int | None
    score: float | None
    agreement: float | None

    @cached_property
    def data(self) -> dict[str, Any]:
        """The nine fields."""
        return dict(orjson.loads(self.record))

    @cached_property
    def more(self) -> dict[str, Any]:
        return dict(orjson.loads(self.extra))


def stream(
    release: Release,
    kind: str | None = "sft",
    split: str | None = None,
    config: str | None = None,
) -> Iterator[Item]:
    """The rows by position: of this kind, split and config (a source), or of any where it is None."""
    after = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_SQL, {"release": release.pk, "after": after})
            rows = cursor.fetchall()
            for row in rows:
                item = _item(row)
                if (
                    kind in (None, item.kind)
                    and split in (None, item.split)
                    and config in (None, item.source)
                ):
                    yield item
            if len(rows) < _ONCE:
                return
            after = rows[-1][0]


def _item(row: tuple[Any, ...]) -> Item:
    digest, record, extra = row[6:9]
    values = (*row[:6], bytes(digest), record.encode(), extra.encode(), *row[9:])
    return Item(*values)
