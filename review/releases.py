"""Freezing: approved pairs are copied into a numbered release, and its files are built from the copy."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404

from annotation import jobs
from annotation.checks import Text
from annotation.contamination import waivers
from annotation.models import Job, Pair, Project, Response, Source, State
from annotation.prefilter import chunks
from annotation.texts import prompt_of
from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError
from review import figures
from review.exports import EXPORTERS, Exporter
from review.models import Release, ReleaseFile, ReleaseItem, Review

TASK = "review.freeze"
_CHUNK = 2000

# The nine published fields, from the row as it stands now, with the prompt as it was approved.
# `human_verified` is true of every row here: one person decided on it and another approved it.
_COPY_SQL = f"""
WITH approved AS (
    SELECT DISTINCT ON (review.pair_id) review.pair_id, review.response_id, review.instruction,
           review.input
      FROM {Review._meta.db_table} review
      JOIN {Pair._meta.db_table} pair ON pair.id = review.pair_id
     WHERE pair.project_id = %(project)s AND pair.state = %(approved)s
       AND review.response_id IS NOT NULL
     ORDER BY review.pair_id, review.id DESC
)
INSERT INTO {ReleaseItem._meta.db_table}
       (release_id, position, pair_id, response_id, source, licence, record, extra)
SELECT %(release)s, row_number() OVER (ORDER BY pair.id), pair.id, response.id,
       source.name, source.licence,
       jsonb_build_object(
           'instruction', coalesce(approved.instruction, pair.instruction),
           'input', coalesce(approved.input, pair.input), 'output', response.text,
           'task_type', jsonb_build_object('major', pair.task_major, 'minor', pair.task_minor),
           'domain', pair.domain, 'metadata', pair.metadata, 'answer_from', response.origin,
           'human_verified', true, 'copyright', pair.copyright),
       jsonb_build_object('system', pair.system, 'history', pair.history)
  FROM approved
  JOIN {Pair._meta.db_table} pair ON pair.id = approved.pair_id
  JOIN {Source._meta.db_table} source ON source.id = pair.source_id
  JOIN {Response._meta.db_table} response ON response.id = approved.response_id
"""


def ask_for(project: Project, user: User, summary: str) -> Job:
    """Start the job that freezes everything approved by the time it runs."""
    if not Pair.objects.filter(project=project, state=State.APPROVED).exists():
        raise CqiaError("nothing_approved")
    return jobs.start(TASK, project, user, summary=summary)


def freeze(job: Job) -> None:
    """Freeze once, then build each file that is not there yet: a killed job goes on where it was.

    Raises CqiaError("release_contaminated") where a pair that a benchmark holds has no waiver.
    """
    release = Release.objects.filter(job=job).first()
    if release is None:
        _compare_with_benchmarks(job.project)
        release = _copy(job)
    for done, exporter in enumerate(EXPORTERS):
        jobs.report(job, done, len(EXPORTERS))
        if not release.files.filter(exporter=exporter.id).exists():
            _build(release, exporter)
    jobs.report(job, len(EXPORTERS), len(EXPORTERS))


def _compare_with_benchmarks(project: Project) -> None:
    """What people made of the texts since they came in may hold an item, and benchmarks may be new."""
    approved = Pair.objects.filter(project=project, state=State.APPROVED)
    for ids in chunks(approved):
        final = (
            Review.objects.filter(pair__in=ids, response__isnull=False)
            .order_by("pair", "-id")
            .distinct("pair")
            .values_list(
                "pair",
                "response__text",
                "pair__system",
                "pair__history",
                Coalesce("instruction", "pair__instruction"),
                Coalesce("input", "pair__input"),
            )
        )
        texts = {pk: Text(prompt_of(*prompt), (answer,)) for pk, answer, *prompt in final}
        waivers.recheck(project, texts)
    waivers.refuse_contaminated(project)


def _copy(job: Job) -> Release:
    assert job.created_by is not None
    with transaction.atomic():
        project = Project.objects.select_for_update().get(pk=job.project_id)
        last = project.releases.aggregate(last=Max("number"))["last"] or 0
        release = Release.objects.create(
            project=project,
            number=last + 1,
            summary=job.params["summary"],
            created_by=job.created_by,
            job=job,
        )
        with connection.cursor() as cursor:
            cursor.execute(
                _COPY_SQL,
                {"release": release.pk, "project": project.pk, "approved": State.APPROVED},
            )
            if not cursor.rowcount:
                raise CqiaError("nothing_approved")
        record(job.created_by, "release frozen", project.pk, number=release.number)
    return release


def lines(release: Release, exporter: Exporter) -> Iterator[bytes]:
    """The file of one format, line by line, from the frozen items alone: the same bytes every time."""
    items = release.items.order_by("position").values_list("record", "extra")
    for record_, extra in items.iterator(chunk_size=_CHUNK):
        yield exporter.line(record_, extra)


def folder(release: Release) -> Path:
    return Path(settings.MEDIA_ROOT) / "releases" / release.project.slug / str(release.number)


def served(release: Release, filename: str) -> FileResponse:
    """One file for download, streamed. Only names that the release lists exist; others are 404."""
    file = get_object_or_404(release.files, filename=filename)
    path = folder(release) / file.filename
    if not path.exists():
        raise Http404
    name = f"{release.project.slug}-{release.number}-{file.filename}"
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name)
    response["ETag"] = f'"{file.sha256}"'
    response["Content-Encoding"] = "identity"  # sent as it lies there, with its true length
    return response


def _build(release: Release, exporter: Exporter) -> None:
    place = folder(release)
    place.mkdir(parents=True, exist_ok=True)
    sha256, size, rows = _write(place / exporter.filename, lines(release, exporter))
    card = figures.card(release, exporter, sha256, size).encode()
    card_sha256, card_size, _ = _write(place / exporter.card_filename, iter([card]))
    with transaction.atomic():
        for filename, digest, length in (
            (exporter.filename, sha256, size),
            (exporter.card_filename, card_sha256, card_size),
        ):
            ReleaseFile.objects.create(
                release=release,
                exporter=exporter.id,
                filename=filename,
                sha256=digest,
                size=length,
                rows=rows,
            )


def _write(path: Path, chunks: Iterator[bytes]) -> tuple[str, int, int]:
    """Write all or nothing; returns SHA-256, bytes and the number of chunks."""
    digest, size, count = hashlib.sha256(), 0, 0
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            count += 1
    partial.replace(path)
    return digest.hexdigest(), size, count
