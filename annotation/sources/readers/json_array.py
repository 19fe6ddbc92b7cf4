import codecs
import re
from collections.abc import Iterator
from pathlib import Path

import orjson

from annotation.sources.readers.row import Found, Place, Row, parsed
from cqia.lib.errors import CqiaError
from cqia.lib.sniff import Encoding

_CHUNK = 1024 * 1024
_NOWHERE = 2**62  # the place after a break: there is nothing to go on with
# A whole string, an open one up to the end of what was read, or a sign of structure.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{},]', re.DOTALL)
_OPENING = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[")


class JsonArray:
    """One JSON array of objects, or a single object; rows are numbered by item.

    The items are cut out by their brackets and parsed one by one, so that one that is wrong costs no
    other, memory stays bounded, and reading can go on from any item. After a bracket or quotation
    mark that is missing nothing can be told apart any more: that is the last row, a fault that names
    the line.
    """

    id = "json"

    def check(self, path: Path, encoding: Encoding, required: tuple[str, ...]) -> None:
        """Every item has its own fields."""

    def rows(self, path: Path, encoding: Encoding, start: Place, limit: int) -> Iterator[Row]:
        if start.offset == _NOWHERE:
            return
        array = _Array(path, encoding, start.offset)
        is_array = start.offset > 0 or array.opens()
        number = start.number
        while (item := array.item(limit)) is not None:
            if item:
                yield _row(number, item, _object(item), array.offset)
                number += 1
        rest = array.rest()
        if rest and (not is_array or _object(rest)[1] is None):
            yield _row(number, rest, _object(rest), array.begin + len(array.window))
            number, rest = number + 1, b""
        if is_array and not array.closed:
            yield _row(number, rest, (None, _break(array)), _NOWHERE)


class _Array:
    """A window on the array's text in UTF-8. What lies before `at` in it is done with."""

    def __init__(self, path: Path, encoding: Encoding, offset: int) -> None:
        self.path, self.encoding = path, encoding
        self.chunks = _utf8(path, encoding, offset)
        self.begin = offset  # of the window, in the file
        self.window = b""
        self.at = 0
        self.closed = False

    @property
    def offset(self) -> int:
        return self.begin + self.at

    def opens(self) -> bool:
        """Step over the bracket at the start, if there is one."""
        self._read()
        match = _OPENING.match(self.window)
        self.at = match.end() if match else 0
        return match is not None

    def item(self, limit: int) -> bytes | None:
        """The next item, empty between two commas; None where the array ends or breaks off."""
        while not self.closed:
            if (end := self._end()) is not None:
                item = self.window[self.at : end].strip()
                self.closed = self.window[end : end + 1] != b","
                self.at = end if self.closed else end + 1  # the last bracket is met again
                return item
            if len(self.window) - self.at > limit or not self._read():
                return None
        return None

    def rest(self) -> bytes:
        """What is left after the last item of an array that was not closed."""
        return b"" if self.closed else self.window[self.at :].strip()

    def _end(self) -> int | None:
        depth = 0
        for match in _TOKEN.finditer(self.window, self.at):
            sign = self.window[match.start()]
            if sign in b"[{":
                depth += 1
            elif depth == 0 and sign in b"],":
                return match.start()
            elif depth > 0 and sign in b"]}":
                depth -= 1
        return None

    def _read(self) -> bool:
        chunk = next(self.chunks, b"")
        self.window = self.window[self.at :] + chunk
        self.begin, self.at = self.begin + self.at, 0
        return bool(chunk)


def _unreadable(error: UnicodeError) -> tuple[str, int]:
    return "\udcff", getattr(error, "end", 0)


codecs.register_error("cqia-unreadable", _unreadable)


def _utf8(path: Path, encoding: Encoding, offset: int) -> Iterator[bytes]:
    """The file in UTF-8 from byte `offset` of that form on.

    What cannot be decoded becomes bytes that are no UTF-8 either, so that it is found with its item.
    """
    plain = encoding.startswith("utf-8")
    decoder = codecs.getincrementaldecoder(encoding)("cqia-unreadable")
    with path.open("rb") as file:
        if plain:
            file.seek(offset)
        while chunk := file.read(_CHUNK):
            if plain:
                yield chunk
                continue
            text = decoder.decode(chunk).encode("utf-8", "surrogatepass")
            yield text[offset:]
            offset = max(0, offset - len(text))


def _object(item: bytes) -> Found:
    try:
        return parsed(item.decode())
    except UnicodeDecodeError as error:
        return None, CqiaError("bad_encoding", {"encoding": "UTF-8", "byte": error.start + 1})


def _row(number: int, item: bytes, found: Found, end: int) -> Row:
    return Row(number, *found, item.decode("utf-8", "replace"), Place(number + 1, end))


def _break(array: _Array) -> CqiaError:
    """Where the array stops being one: the line, counted from the start of the file."""
    line, left = 1, array.offset
    for chunk in _utf8(array.path, array.encoding, 0):
        line += chunk[:left].count(b"\n")
        left = max(0, left - len(chunk))
    rest = array.window[array.at :]
    try:
        orjson.loads(rest or b"{}")
    except orjson.JSONDecodeError as error:
        return CqiaError(
            "broken_json_array", {"line": line + error.lineno - 1, "reason": error.msg}
        )
    return CqiaError("open_json_array", {"line": line + rest.count(b"\n")})
