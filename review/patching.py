"""Patched releases: an earlier one without the rows that were withdrawn from it, and nothing else."""

from collections.abc import Iterator

from django.db import connection, transaction

from annotation.models import Job
from review import numbering, pipeline, retractions
from review.freezing import Beside, Header, locked, write
from review.frozen_rows import Frozen
from review.models import Release, ReleaseItem, RetractedPair, Retraction

_SQL = f"""
SELECT kind, split, copy, pair_id, response_id, source, licence, digest, record, extra,
       prompt_chars, answer_chars, tokens, score, agreement, task_major
  FROM {ReleaseItem._meta.db_table} item
 WHERE release_id = %s AND NOT EXISTS (
       SELECT FROM {RetractedPair._meta.db_table} gone WHERE gone.pair_id = item.pair_id)
 ORDER BY position
"""
_ONCE = 1000


def build(job: Job) -> None:
    """Freeze the patched release once and build its files; a killed job goes on where it was."""
    release = Release.objects.filter(job=job).first() or _patch(job)
    if release is not None:
        pipeline.build(release, job)


def _patch(job: Job) -> Release | None:
    """None where nothing of the release is left, or an earlier job has taken it all out already."""
    wanted = Release.objects.get(pk=job.params["release"], project=job.project)
    with Beside(job, wanted.rows) as beside, transaction.atomic():
        locked(job)
        before = retractions.latest_patch(wanted)
        retraction = Retraction.objects.get(pk=job.params["retraction"])
        left = before.items.filter(pair__retracted=None)
        if not left.exists() or left.count() == before.rows:
            return None
        header = Header(
            summary=before.summary,
            version=_version(before),
            composition=before.composition,
            seed=before.seed,
            dated=retraction.dated,
            previous=before,
            retraction=retraction,
        )
        return write(job, header, _rows(before), beside.advance)


def _rows(release: Release) -> Iterator[Frozen]:
    connection.ensure_connection()
    with connection.connection.cursor(name="patched_rows") as cursor:
        cursor.itersize = _ONCE
        cursor.execute(_SQL, [release.pk])
        for row in cursor:
            yield Frozen(*row)


def _version(release: Release) -> str:
    """The next free patch of the release that is patched."""
    taken = set(release.project.releases.values_list("version", flat=True))
    version = numbering.patched(release.version)
    while version in taken:
        version = numbering.patched(version)
    return version
