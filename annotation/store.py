"""Rows into PostgreSQL by COPY, in the caller's transaction."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import orjson
from django.db import connection
from django.utils import timezone

from annotation.models import Batch, ImportIssue, Pair, Response, State
from annotation.sources.chunks import Chunk, Issue, Ready

_PAIRS = (
    "id", "project_id", "source_id", "batch_id", "line", "row_hash", "content_hash", "state",
    "instruction", "input", "system", "history", "task_major", "task_minor", "domain", "metadata",
    "verified_upstream", "copyright", "created_at",
)  # fmt: skip
_RESPONSES = ("pair_id", "text", "origin", "model", "position", "created_at")
_ISSUES = ("batch_id", "line", "field", "code", "params", "refused", "raw")


def commit_without_waiting() -> None:
    """Let this transaction's commit not wait for the disk.

    A crash of the server may then lose the last chunks, but each together with its checkpoint, so
    that the import stores them again; and no job ends without waiting.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def known_elsewhere(batch: Batch, chunk: Chunk) -> set[bytes]:
    """The hashes of rows that another file of the same source has brought already."""
    others = Batch.objects.filter(source=batch.source_id, added__gt=0).exclude(pk=batch.pk)
    if not others.exists():
        return set()
    pairs = Pair.objects.filter(
        source=batch.source_id, row_hash__in=[row.row_hash.hex() for row in chunk.rows]
    )
    return {
        row_hash.bytes for row_hash in pairs.exclude(batch=batch).values_list("row_hash", flat=True)
    }


def copy_pairs(batch: Batch, rows: Sequence[Ready]) -> None:
    """The pairs with their answers; the ids are taken from the sequence beforehand."""
    if not rows:
        return
    now = timezone.now().isoformat()
    ids = _take_ids(len(rows))
    own = (batch.source.project_id, batch.source_id, batch.pk)
    _copy(
        Pair._meta.db_table,
        _PAIRS,
        (_pair(pk, own, row, now) for pk, row in zip(ids, rows, strict=True)),
    )
    _copy(
        Response._meta.db_table,
        _RESPONSES,
        (
            (pk, answer.text, answer.origin, answer.model, position, now)
            for pk, row in zip(ids, rows, strict=True)
            for position, answer in enumerate(row.mapped.answers)
        ),
    )


def copy_issues(batch: Batch, issues: Sequence[Issue]) -> None:
    if issues:
        _copy(ImportIssue._meta.db_table, _ISSUES, (_issue(batch, issue) for issue in issues))


def _pair(pk: int, own: tuple[int, int, int], row: Ready, now: str) -> tuple[object, ...]:
    pair = row.mapped
    return (
        pk,
        *own,
        row.line,
        row.row_hash.hex(),
        row.content_hash.hex(),
        str(State.IMPORTED.value),
        pair.instruction,
        pair.input,
        pair.system,
        orjson.dumps(pair.history).decode() if pair.history else "[]",
        _array(tuple(pair.task_major)),
        _array(tuple(pair.task_minor)),
        _array(tuple(pair.domain)),
        pair.metadata,
        "t" if pair.verified_upstream else "f",
        pair.copyright,
        now,
    )


def _issue(batch: Batch, issue: Issue) -> tuple[object, ...]:
    params = orjson.dumps(issue.error.params).decode()
    refused = "t" if issue.refused else "f"
    return (batch.pk, issue.line, issue.field, issue.error.code, params, refused, issue.raw)


@lru_cache(4096)
def _array(texts: tuple[str, ...]) -> str:
    """An array as PostgreSQL writes it; the same few lists come again and again."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"


def _take_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Pair._meta.db_table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _copy(table: str, columns: Iterable[str], rows: Iterable[tuple[object, ...]]) -> None:
    command = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            copy.write_row(row)
