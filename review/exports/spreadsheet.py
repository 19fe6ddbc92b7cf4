from collections.abc import Iterator
from typing import Any, ClassVar

import pyarrow as pa
from django.utils.translation import gettext_lazy as _

from review.exports.base import TEXT, Exporter, Item

_TEXTS = ("instruction", "input", "output", "metadata", "answer_from", "copyright")
# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), in full width too.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


class Spreadsheet(Exporter):
    """The fields of CQIA as plain cells, lists joined by “;”: for people to look at.

    A cell that a spreadsheet would take for a formula begins with an apostrophe, so it is not quite
    the text of the release; programs read the other formats.
    """

    id: ClassVar[str] = "csv"
    name: ClassVar[str] = "CSV"
    description = _("A table for spreadsheets, in which no cell is taken for a formula.")
    schema = pa.schema(
        [(name, TEXT) for name in ("system", *_TEXTS, "task_major", "task_minor", "domain")]
    )
    endings = (".csv",)

    def rows(self, item: Item) -> Iterator[dict[str, Any]]:
        record, tasks = item.data, item.data["task_type"]
        row = {
            "system": item.more["system"],
            **{name: record[name] for name in _TEXTS},
            "task_major": ";".join(tasks["major"]),
            "task_minor": ";".join(tasks["minor"]),
            "domain": ";".join(record["domain"]),
        }
        yield {name: defused(text) for name, text in row.items()}


def defused(text: str) -> str:
    """An apostrophe in front of what a spreadsheet would calculate; blanks before it do not help."""
    return f"'{text}" if text.lstrip(" \u3000").startswith(_FORMULA) else text
