"""Importing: a file is registered once, then stored in chunks, each together with its checkpoint."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models import F

from annotation import jobs, store
from annotation.models import Batch, Job, Source
from annotation.sources.chunks import Chunk, File, chunks
from annotation.sources.readers import Place, reader_of
from annotation.sources.recipes import recipe_of
from cqia.lib.errors import CqiaError
from cqia.lib.sniff import Encoding

PREFILTER = "annotation.run_prefilter"
Tell = Callable[[Batch], None]


def import_batch(job: Job, tell: Tell = lambda batch: None) -> None:
    """Store what is left of the job's file; then, also after a cancel, have the rows checked.

    `tell` hears of every chunk that has been committed.
    """
    batch = Batch.objects.select_related("source__project").get(job=job)
    try:
        for chunk in _ahead(chunks(_file(batch), Place(batch.next_line, batch.next_offset))):
            _store(batch, chunk)
            tell(batch)
            jobs.report(job, min(batch.next_offset, batch.size), batch.size)
        jobs.report(job, batch.size, batch.size)
    finally:
        _have_checked(batch)


def _file(batch: Batch) -> File:
    path = Path(settings.MEDIA_ROOT) / batch.path
    recipe = recipe_of(batch.source.recipe)
    if recipe is None or not path.is_file():
        raise CqiaError("cannot_read_file", {"name": batch.filename})
    encoding = cast(Encoding, batch.encoding)
    return File(path, encoding, reader_of(batch.kind), recipe, settings.IMPORT_LINE_LIMIT)


def _ahead(items: Iterator[Chunk]) -> Iterator[Chunk]:
    """The next chunk is read by a thread while PostgreSQL works on this one."""
    with ThreadPoolExecutor(1, "read") as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


def _store(batch: Batch, chunk: Chunk) -> None:
    """One transaction: rows, issues, counters and checkpoint.

    Imports of a source take turns, so that a row that two files bring is stored once.
    """
    with transaction.atomic():
        store.commit_without_waiting()
        Source.objects.select_for_update(no_key=True).get(pk=batch.source_id)
        known = store.known_elsewhere(batch, chunk)
        rows = [row for row in chunk.rows if row.row_hash not in known]
        store.copy_pairs(batch, rows)
        store.copy_issues(batch, chunk.issues)
        Batch.objects.filter(pk=batch.pk).update(
            next_line=chunk.after.number,
            next_offset=chunk.after.offset,
            added=F("added") + len(rows),
            already_here=F("already_here") + len(chunk.rows) - len(rows),
        )
    batch.refresh_from_db(fields=["next_line", "next_offset", "added", "already_here"])


def _have_checked(batch: Batch) -> None:
    """Ring for the pre-filter, unless it is yet to begin and will find these rows anyway."""
    project = batch.source.project
    waiting = project.jobs.filter(task=PREFILTER, state=Job.State.WAITING)
    if batch.added and not waiting.exists():
        jobs.start(PREFILTER, project, batch.created_by)
