"""Bringing in prompts and models' answers from JSONL, JSON or CSV, row by row and safe to repeat.

evaluation.prompt_records says what a row may hold. One that cannot be used is refused with its number
and field, and the others go on.
"""

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TypeVar, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from annotation import jobs, uploads
from annotation.models import Job, Project
from annotation.sources.readers import Place, Row, reader_of
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from cqia.lib.sniff import Encoding
from evaluation import prompt_records, prompt_storing
from evaluation.models import PromptSet, Upload

ISSUES_KEPT = 500
"""Refused rows of a file that are kept with their reasons; a default of this project."""

_CHUNK = 500

Found = TypeVar("Found")


def prompt_set_named(project: Project, name: str) -> PromptSet:
    """The prompt set of this name, made where there is none."""
    return PromptSet.objects.get_or_create(project=project, name=name)[0]


def keep(
    kind: Upload.Kind,
    prompt_set: PromptSet,
    file: "File[bytes]",
    user: User | None,
    model_name: str = "",
) -> Upload:
    """Store a file and look at what it is; refuses what is none of the three kinds. Reads no row yet.

    `model_name` is whose the answers are where a row does not say so.
    """
    name = Path(file.name or "upload.jsonl").name[-255:]
    path = default_storage.save(f"evaluation/{kind}{Path(name).suffix}", file)
    try:
        seen = uploads.examined(Path(default_storage.path(path)))
        reader_of(str(seen.kind)).check(Path(default_storage.path(path)), seen.encoding, ())
    except CqiaError:
        default_storage.delete(path)
        raise
    return Upload.objects.create(
        prompt_set=prompt_set,
        kind=kind,
        reader=str(seen.kind),
        filename=name,
        path=path,
        encoding=seen.encoding,
        model_name=model_name,
        created_by=user,
    )


def begin(
    project: Project,
    name: str,
    file: "File[bytes]",
    user: User | None,
) -> Job:
    """Bring prompts into the set of this name. A file that is refused leaves no empty set behind."""
    with transaction.atomic():
        return start(keep(Upload.Kind.PROMPTS, prompt_set_named(project, name), file, user))


def start(upload: Upload) -> Job:
    """Let a worker read the upload; returns the job that shows how far it is."""
    with transaction.atomic():
        job = jobs.start(
            "evaluation.read_upload",
            upload.prompt_set.project,
            upload.created_by,
            upload=upload.pk,
        )
        upload.job = job
        upload.save(update_fields=["job"])
    return job


def read_upload(job: Job) -> None:
    """The work of such a job. Goes on from the upload's checkpoint."""
    upload = Upload.objects.select_related("prompt_set__project").get(pk=job.params["upload"])
    read(upload, lambda done, total: jobs.report(job, done, total))


def read(upload: Upload, report: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Store every good row that is not here yet, and why each of the others was refused.

    `report(done, total)` counts lines (of a JSON array: bytes), after each committed chunk.
    """
    path = Path(default_storage.path(upload.path))
    if not path.exists():
        raise CqiaError("cannot_read_file", {"name": upload.filename})
    is_array = upload.reader == "json"
    total = path.stat().st_size if is_array else _count_lines(path)
    rows = reader_of(upload.reader).rows(
        path,
        cast(Encoding, upload.encoding),
        Place(upload.next_line, upload.next_offset),
        settings.IMPORT_LINE_LIMIT,
    )
    shelf = prompt_storing.Shelf(upload.prompt_set)
    while chunk := list(islice(rows, _CHUNK)):
        with transaction.atomic():
            _store(upload, shelf, chunk)
        done = upload.next_offset if is_array else upload.next_line - 1
        report(min(done, total), total)
    report(total, total)


def _count_lines(path: Path) -> int:
    last = b"\n"
    count = 0
    with path.open("rb") as file:
        while chunk := file.read(1024 * 1024):
            count += chunk.count(b"\n")
            last = chunk[-1:]
    return count + (last != b"\n")


def _store(upload: Upload, shelf: prompt_storing.Shelf, chunk: list[Row]) -> None:
    """Store one chunk and the checkpoint behind it, in the caller's transaction."""
    # Two files for one set at the same time wait for each other instead of storing a row twice.
    PromptSet.objects.select_for_update(no_key=True).get(pk=upload.prompt_set_id)
    found = (
        _stored_prompts(upload, shelf, chunk)
        if upload.kind == Upload.Kind.PROMPTS
        else _stored_answers(upload, shelf, chunk)
    )
    upload.added += found.added
    upload.already_here += found.already_here
    for number, error in found.refused:
        _refuse(upload, number, error)
    upload.next_line, upload.next_offset = chunk[-1].after
    upload.issues = sorted(upload.issues, key=lambda issue: issue["line"])[:ISSUES_KEPT]
    upload.save(
        update_fields=["next_line", "next_offset", "added", "already_here", "refused", "issues"]
    )


def _stored_prompts(
    upload: Upload, shelf: prompt_storing.Shelf, chunk: list[Row]
) -> prompt_storing.Stored:
    rows = _read(upload, chunk, prompt_records.prompt_of)
    return shelf.store_prompts(rows)


def _stored_answers(
    upload: Upload, shelf: prompt_storing.Shelf, chunk: list[Row]
) -> prompt_storing.Stored:
    rows = _read(upload, chunk, lambda row: prompt_records.answers_of(row, upload.model_name))
    return shelf.store_answers([(number, row) for number, several in rows for row in several])


def _read(
    upload: Upload, chunk: list[Row], read: Callable[[prompt_records.Record], Found]
) -> list[tuple[int, Found]]:
    """What each row says, by its number; those that say nothing that can be used are refused."""
    found = []
    for row in chunk:
        try:
            if row.record is None:
                raise row.fault or CqiaError("unexpected")
            found.append((row.number, read(row.record)))
        except CqiaError as error:
            _refuse(upload, row.number, error)
    return found


def _refuse(upload: Upload, line: int, error: CqiaError) -> None:
    upload.refused += 1
    if len(upload.issues) < ISSUES_KEPT:
        upload.issues.append({"line": line, "code": error.code, "params": error.params})
