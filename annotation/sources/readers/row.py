"""What a reader hands out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import orjson

from cqia.lib.errors import CqiaError, type_of
from cqia.lib.sniff import Encoding

Found = tuple[dict[str, Any] | None, CqiaError | None]
"""A record, or what is wrong with it."""


class Place(NamedTuple):
    """Where to begin: byte `offset`, at which row `number` starts."""

    number: int = 1
    offset: int = 0


class Row(NamedTuple):
    """One record, or why there is none. No two rows of a file have the same `number`."""

    number: int
    record: dict[str, Any] | None
    fault: CqiaError | None
    raw: str
    after: Place  # where the next row begins


class Reader(Protocol):
    @property
    def id(self) -> str: ...

    def check(self, path: Path, encoding: Encoding, required: tuple[str, ...]) -> None:
        """Raise CqiaError where the file as a whole lacks what every row needs."""

    def rows(self, path: Path, encoding: Encoding, start: Place, limit: int) -> Iterator[Row]:
        """The rows from `start` on; of one record at most `limit` bytes are read."""


def parsed(text: str) -> Found:
    """The JSON object in `text`.

    Raw NUL characters, which JSON forbids, count as \\u0000: whoever stores the record removes them
    and can name the field.
    """
    if "\x00" in text:
        text = text.replace("\x00", "\\u0000")
    try:
        record = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return None, CqiaError("not_json", {"character": error.pos + 1, "reason": error.msg})
    if type(record) is not dict:
        return None, CqiaError("not_object", {"found": type_of(record)})
    return record, None
