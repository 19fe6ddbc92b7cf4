"""The issues of a batch as CSV, to be mended and imported again."""

import csv
from collections.abc import Iterator

from django.utils.translation import gettext as _

from annotation.models import Batch

# What a spreadsheet would run as a formula. An apostrophe before it makes it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """What csv.writer writes to; it hands the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_of(batch: Batch) -> Iterator[str]:
    """Line by line, in the language now active; a byte order mark first, for Excel."""
    writer = csv.writer(_Echo())
    header = [_("File"), _("Line"), _("Field"), _("Taken"), _("Message"), _("Text")]
    yield "\ufeff" + str(writer.writerow(header))
    for issue in batch.issues.order_by("line", "id").iterator(chunk_size=500):
        taken = _("no") if issue.refused else _("yes")
        cells = (batch.filename, issue.line, issue.field, taken, issue.message, issue.raw)
        yield str(writer.writerow([harmless(str(cell)) for cell in cells]))


def harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
