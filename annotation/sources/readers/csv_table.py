import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from annotation.sources.readers.row import Found, Place, Row
from cqia.lib.errors import CqiaError
from cqia.lib.sniff import LINE_LIMIT, Encoding, Line, lines

_DELIMITERS = ",\t;"
# Fed to the parser after the last line: inside of a cell, it shows that a quotation mark is open.
_END = "\x00end of the table\x00"


class CsvTable:
    """A table whose first line names the columns; comma, tab or semicolon, found by that line."""

    id = "csv"

    def check(self, path: Path, encoding: Encoding, required: tuple[str, ...]) -> None:
        columns = _header(path, encoding).columns
        for column in required:
            if column not in columns:
                raise CqiaError("missing_column", {"column": column})
        for column in columns:
            if columns.count(column) > 1:
                raise CqiaError("double_column", {"column": column})

    def rows(self, path: Path, encoding: Encoding, start: Place, limit: int) -> Iterator[Row]:
        header = _header(path, encoding)
        place: Place | None = start if start.offset else header.after
        while place is not None:
            part = _Part(path, encoding, header, limit)
            yield from part.rows(place)
            place = part.go_on_from


class _Header(NamedTuple):
    columns: list[str]
    delimiter: str
    after: Place


def _header(path: Path, encoding: Encoding) -> _Header:
    for line in lines(path, encoding, LINE_LIMIT):
        if line.text and line.text.strip():
            delimiter = max(_DELIMITERS, key=line.text.count)
            (cells,) = csv.reader([line.text], delimiter=delimiter)
            columns = [cell.strip() for cell in cells]
            return _Header(columns, delimiter, Place(line.number + 1, line.end))
    raise CqiaError("no_rows")


class _Part:
    """The rows from one place to the end, or to a quotation mark that is never closed."""

    def __init__(self, path: Path, encoding: Encoding, header: _Header, limit: int) -> None:
        self.path, self.encoding, self.header, self.limit = path, encoding, header, limit
        self.span: list[Line] = []  # the lines of the record being read
        self.go_on_from: Place | None = None

    def rows(self, start: Place) -> Iterator[Row]:
        csv.field_size_limit(self.limit)
        table = csv.reader(self._fed(start), delimiter=self.header.delimiter)
        while True:
            self.span = []
            try:
                cells = next(table)
            except csv.Error as error:
                if self._is_open():
                    yield self._open_quote()
                    return
                yield self._row((None, CqiaError("bad_csv", {"reason": str(error)})))
                continue
            if cells == [_END]:
                return
            if cells and cells[-1].endswith(_END):
                yield self._open_quote()
                return
            yield from self._unreadable()
            if cells and any(line.text for line in self.span):
                yield self._row(self._found(cells))

    def _fed(self, start: Place) -> Iterator[str]:
        for line in lines(self.path, self.encoding, self.limit, start.offset, start.number):
            self.span.append(line)
            if self._is_open():
                raise csv.Error
            yield (line.text or "") + "\n"
        yield _END

    def _is_open(self) -> bool:
        """More was read for one record than one may have."""
        return len(self.span) > 1 and self.span[-1].end - self.span[0].start > self.limit

    def _open_quote(self) -> Row:
        """Give up the first line only, and read the others again as rows of their own."""
        self.span = self.span[:1]
        row = self._row((None, CqiaError("open_quote")))
        self.go_on_from = row.after
        return row

    def _unreadable(self) -> Iterator[Row]:
        for line in self.span:
            if line.text is None:
                fault = CqiaError(line.error or "", line.params)
                yield Row(line.number, None, fault, "", Place(line.number + 1, line.end))

    def _found(self, cells: list[str]) -> Found:
        columns = self.header.columns
        if len(cells) != len(columns):
            return None, CqiaError("ragged_row", {"expected": len(columns), "found": len(cells)})
        return dict(zip(columns, cells, strict=True)), None

    def _row(self, found: Found) -> Row:
        first, last = self.span[0], self.span[-1]
        raw = "\n".join(line.text or "" for line in self.span)
        return Row(first.number, *found, raw, Place(last.number + 1, last.end))
