"""A release in one format, row by row, for programs that read it while it is written."""

from collections.abc import Iterator
from typing import BinaryIO

from django.db import connection

from cqia.lib.row_files import SINKS, Counted
from review.exports import Exporter
from review.items import stream
from review.models import Release, ReleaseItem

_COPY = f"""
COPY (SELECT record FROM {ReleaseItem._meta.db_table}
       WHERE release_id = %s AND kind = ANY(%s)
         AND (%s::text IS NULL OR source = %s) AND (%s::text IS NULL OR split = %s)
       ORDER BY position) TO STDOUT
"""


def lines(
    release: Release, exporter: Exporter, config: str | None = None, split: str | None = None
) -> Iterator[bytes]:
    """The rows of one source and split, or of all, a line of JSON each, in their order."""
    if exporter.verbatim:
        yield from _records(release, exporter, config, split)
        return
    for item in stream(release, kind=None, split=split, config=config):
        if item.kind in exporter.kinds:
            yield from exporter.lines(item)


def _records(
    release: Release, exporter: Exporter, config: str | None, split: str | None
) -> Iterator[bytes]:
    """As Postgres sends them. In its text format a row ends with a line end and backslashes are
    doubled; nothing else is changed, since JSON on one line holds no other control character."""
    wanted = [release.pk, list(exporter.kinds), config, config, split, split]
    with connection.cursor() as cursor, cursor.copy(_COPY, wanted) as copy:
        for row in copy:
            yield bytes(row).replace(b"\\\\", b"\\")


def write(rows: Iterator[bytes], exporter: Exporter, file: BinaryIO, ending: str) -> Counted:
    """Write rows to an open file of the kind `ending` names; returns its SHA-256 and its size."""
    counted = Counted(file)
    sink = SINKS[ending](counted, exporter.schema)
    try:
        for row in rows:
            sink.write(row)
        sink.finish()
    except BaseException:
        counted.dropped = True
        raise
    file.flush()
    return counted
