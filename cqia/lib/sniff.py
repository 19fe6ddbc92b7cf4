"""What a file is, and its lines, both in bounded memory whatever its size.

`sniff` reads a file once, from end to end; `lines` hands out its lines with their places, and
names those that cannot be read instead of stopping at them.
"""

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

import orjson

from cqia.lib.errors import Param

Encoding = Literal["utf-8", "utf-8-sig", "gb18030", "utf-16-le", "utf-16-be"]
Kind = Literal["jsonl", "csv", "json"]

LINE_LIMIT = 8 * 1024 * 1024
"""Bytes of one line that are read; default of this project."""

_CHUNK = 1024 * 1024
_HEAD = 64 * 1024
_REPLACED = "\ufffd"
# Of a file that is not UTF-8, this much is enough to judge by.
_UNCLEAN_CHUNKS = 16

# (offset, bytes that stand there, what the file is)
_SIGNATURES = (
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"GIF8", "GIF"),
    (0, b"RIFF", "RIFF (WAV, WebP)"),
    (0, b"%PDF-", "PDF"),
    (0, b"PK\x03\x04", "ZIP/Excel"),
    (0, b"PK\x05\x06", "ZIP"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel/Word 97"),
    (0, b"\x1f\x8b", "gzip"),
    (4, b"1AY&SY", "bzip2"),
    (0, b"\xfd7zXZ\x00", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard"),
    (0, b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (0, b"Rar!\x1a\x07", "RAR"),
    (0, b"PAR1\x15", "Parquet"),
    (0, b"ARROW1\x00", "Arrow"),
    (0, b"SQLite format 3\x00", "SQLite"),
    (0, b"\x7fELF", "ELF"),
    (257, b"ustar\x00", "tar"),
    (257, b"ustar  \x00", "tar"),
)
_MARKUP = (("<!doctype html", "HTML"), ("<html", "HTML"), ("<?xml", "XML"))
_MARKS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-16-le", "utf-16-be")
_MARK_OF = {encoding: mark for mark, encoding in _MARKS}
# What text has no use for. NUL is among them: a few are let through, a tenth is not text.
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))


@dataclass(frozen=True)
class FileKind:
    """`other` names a file that is none of ours; `kind` is then None, as it is for an empty one."""

    encoding: Encoding
    kind: Kind | None
    other: str | None
    sha256: str
    size: int


class Line(NamedTuple):
    """A line without its end. Either `text` is there, or `error` and `params` say why it is not.

    `number` counts from 1; `start` and `end` are byte offsets, `end` that of the next line.
    """

    number: int
    text: str | None
    error: str | None
    params: dict[str, Param]
    start: int
    end: int


def sniff(path: Path) -> FileKind:
    """Look at the whole file once: what it is, how it is encoded, SHA-256 and size in bytes.

    Content decides, the name only helps where content leaves it open. A file counts as GB18030
    when more of it fails as UTF-8 than reads well, so that one broken line spoils nothing.
    """
    digest, size, head, tally = hashlib.sha256(), 0, b"", _Tally()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            head = head or chunk[:_HEAD]
            tally.add(chunk)
    encoding = _encoding(head, tally)
    other = _other(head, encoding)
    kind = None if other else _kind(_text(head, encoding), path.suffix.lower())
    return FileKind(encoding, kind, other, digest.hexdigest(), size)


def lines(
    path: Path,
    encoding: Encoding,
    limit: int = LINE_LIMIT,
    start: int = 0,
    number: int = 1,
) -> Iterator[Line]:
    """The lines from byte `start` on, where line `number` begins; of one, at most `limit` bytes.

    A line that is longer is reported with its length and passed over, one that cannot be decoded
    with its first bad byte; NUL characters are left in. To go on another time, give the `end` of
    the last line taken and its number + 1.
    """
    mark = _MARK_OF.get(encoding, b"")
    with path.open("rb", buffering=_CHUNK) as file:
        if start == 0 and mark and file.read(len(mark)) == mark:
            start = len(mark)
        file.seek(start)
        source = _Source(file, encoding)
        while data := source.readline(limit + source.ending):
            line = source.line(data, limit, number, start)
            yield line
            start, number = line.end, number + 1


class _Source:
    """The bytes of a file as lines of one encoding."""

    def __init__(self, file: BinaryIO, encoding: Encoding) -> None:
        self.file = file
        self.codec = "utf-8" if encoding == "utf-8-sig" else encoding
        # In UTF-16 a byte 0x0A is a line end only in the right half of a pair: 上 is 4E 0A.
        wide = encoding in _WIDE
        self.readline = self._read_wide if wide else file.readline
        self.ends = ("\r\n".encode(self.codec), "\n".encode(self.codec))
        self.ending = len(self.ends[0])

    def line(self, data: bytes, limit: int, number: int, start: int) -> Line:
        end = start + len(data)
        if len(data) > limit and (length := len(data) - self._end_of(data)) > limit:
            length, end = self._pass_over(data, length, end)
            params: dict[str, Param] = {"bytes": length, "limit": limit}
            return Line(number, None, "line_too_long", params, start, end)
        try:
            return Line(number, data.decode(self.codec).rstrip("\r\n"), None, {}, start, end)
        except UnicodeDecodeError as error:
            params = {"encoding": self.codec.upper(), "byte": error.start + 1}
            return Line(number, None, "bad_encoding", params, start, end)

    def _pass_over(self, data: bytes, length: int, end: int) -> tuple[int, int]:
        """Read to the end of a line too long to keep: its bytes without the end, and where it is."""
        while not self._end_of(data) and (data := self.readline(_CHUNK)):
            length += len(data) - self._end_of(data)
            end += len(data)
        return length, end

    def _end_of(self, data: bytes) -> int:
        return next((len(end) for end in self.ends if data.endswith(end)), 0)

    def _read_wide(self, size: int) -> bytes:
        size += size % 2
        line = bytearray()
        while len(line) < size and (piece := self.file.readline(size - len(line))):
            line += piece
            if self.codec == "utf-16-le" and len(line) % 2:
                line += self.file.read(1)
            if len(line) % 2 == 0 and line.endswith(self.ends[1]):
                break
        return bytes(line)


class _Tally:
    """How well the part of a file that is not clean UTF-8 reads as UTF-8 and as GB18030."""

    def __init__(self) -> None:
        self.utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self.gb18030 = codecs.getincrementaldecoder("gb18030")("replace")
        self.good = self.bad = self.bad_gb18030 = self.chunks = 0

    def add(self, chunk: bytes) -> None:
        if self.chunks == _UNCLEAN_CHUNKS:
            return
        text = self.utf8.decode(chunk)
        if _REPLACED not in text:
            return
        bad = text.count(_REPLACED) - chunk.count(_REPLACED.encode())
        if bad > 0:
            self.chunks += 1
            self.bad += bad
            self.good += len(text) - len(text.encode("ascii", "ignore")) - bad
            self.bad_gb18030 += self.gb18030.decode(chunk).count(_REPLACED)

    def is_gb18030(self) -> bool:
        return self.bad > self.good and self.bad_gb18030 * 10 < self.bad


def _encoding(head: bytes, tally: _Tally) -> Encoding:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    return "gb18030" if tally.is_gb18030() else "utf-8"


def _other(head: bytes, encoding: Encoding) -> str | None:
    """The name of a kind of file that is not read here."""
    for offset, signature, name in _SIGNATURES:
        if head.startswith(signature, offset):
            return name
    if encoding not in _WIDE and len(head.translate(None, _CONTROLS)) < len(head) * 0.9:
        return "binary"
    text = _text(head, encoding).lower()
    return next((name for start, name in _MARKUP if text.startswith(start)), None)


def _text(head: bytes, encoding: Encoding) -> str:
    return head.decode(encoding, "ignore").lstrip("\ufeff\x00 \t\r\n")


def _kind(text: str, suffix: str) -> Kind | None:
    """By the first two lines, where they are clear; else by the ending of the file's name."""
    first, _, rest = text.partition("\n")
    follows = rest.lstrip()[:1]
    if text.startswith("["):
        return "jsonl" if follows in ("{", "[") and _is_json(first) else "json"
    if text.startswith("{"):
        return "json" if follows == '"' and not _is_json(first) else "jsonl"
    if follows == "{" and suffix != ".csv":
        return "jsonl"
    return _kind_by_name(first, suffix) if text else None


def _kind_by_name(first: str, suffix: str) -> Kind | None:
    if suffix in (".jsonl", ".ndjson"):
        return "jsonl"
    if suffix == ".json":
        return "json"
    return "csv" if suffix in (".csv", ".tsv") or "," in first or "\t" in first else None


def _is_json(line: str) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True
