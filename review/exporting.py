"""A release in one format, row by row, for programs that read it while it is written."""

from collections.abc import Iterator
from typing import BinaryIO

from django.db import connection

from cqia.lib.row_files import SINKS, Counted
from review.exports import Exporter
from review.items import stream
from review.models import Release, ReleaseItem

# In steps, so that each of them is put in order in memory, whatever the plan.
_ONCE = 20_000
_BLOCK = 128 * 1024  # bytes
_COPY = f"""
COPY (SELECT record FROM {ReleaseItem._meta.db_table}
       WHERE release_id = %s AND position > %s AND position <= %s AND kind = ANY(%s)
         AND (%s::text IS NULL OR source = %s) AND (%s::text IS NULL OR split = %s)
       ORDER BY position) TO STDOUT
"""


def lines(
    release: Release, exporter: Exporter, config: str | None = None, split: str | None = None
) -> Iterator[bytes]:
    """The rows of one source and split, or of all, a line of JSON each, in their order."""
    if exporter.verbatim:
        for block in _records(release, exporter, config, split):
            yield from block.splitlines(keepends=True)
        return
    for item in stream(release, kind=None, split=split, config=config):
        if item.kind in exporter.kinds:
            yield from exporter.lines(item)


def blocks(
    release: Release, exporter: Exporter, config: str | None = None, split: str | None = None
) -> Iterator[bytes]:
    """The same lines, many at once where that is faster."""
    chosen = _records if exporter.verbatim else lines
    return chosen(release, exporter, config, split)


def _records(
    release: Release, exporter: Exporter, config: str | None, split: str | None
) -> Iterator[bytes]:
    """As Postgres sends them. In its text format a row ends with a line end and backslashes are
    doubled; nothing else is changed, since JSON on one line holds no other control character."""
    for after in range(0, release.rows, _ONCE):
        wanted = [release.pk, after, after + _ONCE, list(exporter.kinds)]
        waiting, size = [], 0
        wanted += [config, config, split, split]
        with connection.cursor() as cursor, cursor.copy(_COPY, wanted) as copy:
            for row in copy:
                waiting.append(row)
                size += len(row)
                if size > _BLOCK:
                    yield b"".join(waiting).replace(b"\\\\", b"\\")
                    waiting, size = [], 0
        yield b"".join(waiting).replace(b"\\\\", b"\\")


def write(rows: Iterator[bytes], exporter: Exporter, file: BinaryIO, ending: str) -> Counted:
    """Write lines to an open file of the kind `ending` names; returns its SHA-256 and its size."""
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
