from collections.abc import Iterator
from pathlib import Path

from annotation.sources.readers.row import Place, Row, parsed
from cqia.lib.errors import CqiaError
from cqia.lib.sniff import Encoding, lines

_BLANK = " \t\x00\ufeff"  # a file cut off by a crash may end in NUL characters


class JsonLines:
    """One JSON object a line. Blank lines are passed over."""

    id = "jsonl"

    def check(self, path: Path, encoding: Encoding, required: tuple[str, ...]) -> None:
        """Every line has its own fields."""

    def rows(self, path: Path, encoding: Encoding, start: Place, limit: int) -> Iterator[Row]:
        for line in lines(path, encoding, limit, start.offset, start.number):
            after = Place(line.number + 1, line.end)
            if line.text is None:
                fault = CqiaError(line.error or "", line.params)
                yield Row(line.number, None, fault, "", after)
            elif text := line.text.strip(_BLANK):
                record, wrong = parsed(text)
                yield Row(line.number, record, wrong, text, after)
