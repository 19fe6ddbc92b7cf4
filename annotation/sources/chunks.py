"""A file as chunks ready to be stored: rows with their two hashes, refused lines with the reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from annotation.sources.readers import Place, Reader, Row
from annotation.sources.recipes import Mapped, Recipe, Refused
from cqia.lib.errors import CqiaError
from cqia.lib.sniff import Encoding
from cqia.lib.text import fingerprint, normalise, strip_nul

# One transaction each; defaults of this project. Bytes, so that long rows cost no more memory.
ROWS, BYTES = 2_000, 8 * 1024 * 1024
RAW_LIMIT = 100_000  # characters of a refused line that are kept
_BETWEEN = " \ue000 "  # stands in no text; the spaces make the ends of each text not count
_NUL = b"\\u0000"  # as JSON writes it; a backslash before it makes it something else, rarely


class Ready(NamedTuple):
    """A pair to be stored. `row_hash` is the whole record, `content_hash` what it says."""

    line: int
    row_hash: bytes
    content_hash: bytes
    mapped: Mapped


class Issue(NamedTuple):
    """A row that was refused, or taken with a remark."""

    line: int
    field: str
    error: CqiaError
    refused: bool
    raw: str


@dataclass
class Chunk:
    rows: list[Ready] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    after: Place = field(default_factory=Place)
    size: int = 0  # characters read


class File(NamedTuple):
    """What there is to read, and how."""

    path: Path
    encoding: Encoding
    reader: Reader
    recipe: Recipe
    limit: int  # bytes of one record


def chunks(file: File, start: Place) -> Iterator[Chunk]:
    """The file from `start` on, in pieces of bounded size."""
    chunk = Chunk(after=start)
    for row in file.reader.rows(file.path, file.encoding, start, file.limit):
        _add(chunk, row, file.recipe)
        if len(chunk.rows) + len(chunk.issues) >= ROWS or chunk.size >= BYTES:
            yield chunk
            chunk = Chunk(after=row.after)
    yield chunk


def _add(chunk: Chunk, row: Row, recipe: Recipe) -> None:
    chunk.after = row.after
    chunk.size += len(row.raw)
    try:
        if row.record is None:
            raise row.fault or CqiaError("unexpected")
        record, canonical = row.record, _canonical(row.record)
        if _NUL in canonical:
            record = _clean(record)
            chunk.issues += _notices(row, record)
        mapped = recipe.map(record)
    except CqiaError as error:
        chunk.issues.append(_issue(row, error, refused=True))
        return
    row_hash = blake2b(canonical, digest_size=16).digest()
    chunk.rows.append(Ready(row.number, row_hash, content_hash(mapped), mapped))


def content_hash(pair: Mapped) -> bytes:
    """The prompt with its answers, normalised: by it exact duplicates are found."""
    earlier = (text for turn in pair.history for text in turn)
    prompt = "\n".join((pair.instruction, pair.input, pair.system, *earlier))
    # At once, because much of the cost of normalising does not depend on the length.
    return fingerprint(
        normalise(_BETWEEN.join((prompt, *(answer.text for answer in pair.answers))))
    )


def _canonical(record: Mapping[str, Any]) -> bytes:
    """The same for the same record, in whichever order and format its file has it."""
    try:
        return orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise CqiaError("too_deep") from error


def _clean(record: Mapping[str, Any]) -> dict[str, Any]:
    """Without NUL, which PostgreSQL cannot store."""
    return {name: _without_nul(value) for name, value in record.items()}


def _notices(row: Row, clean: Mapping[str, Any]) -> Iterator[Issue]:
    for name, value in (row.record or {}).items():
        if clean[name] != value:
            yield _issue(row, Refused("nul_removed", name), refused=False)


def _without_nul(value: Any) -> Any:
    if type(value) is str:
        return strip_nul(value)
    if type(value) is list:
        return [_without_nul(item) for item in value]
    if type(value) is dict:
        return {key: _without_nul(item) for key, item in value.items()}
    return value


def _issue(row: Row, error: CqiaError, *, refused: bool) -> Issue:
    field = str(error.params.get("field", ""))
    raw = strip_nul(row.raw[:RAW_LIMIT])
    return Issue(row.number, field[:40], error, refused, raw)
