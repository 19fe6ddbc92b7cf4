"""Bringing in prompts and models' answers from JSONL, line by line and safe to repeat.

Prompts are {id, category, prompt, reference}, answers {question_id, model, answer}; other keys are
not read. A line that cannot be used is refused with its number and field, and the others go on.
"""

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import NamedTuple, cast

import orjson
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from annotation import jobs
from annotation.models import Job, Project
from cqia.accounts.models import User
from cqia.lib import sniff
from cqia.lib.errors import CqiaError, Param, type_of
from evaluation.models import Answer, ModelVersion, Prompt, PromptSet, Upload

ISSUES_KEPT = 500
"""Refused lines of a file that are kept with their reasons; a default of this project."""

_CHUNK = 500

Row = dict[str, str]


class Field(NamedTuple):
    name: str
    limit: int | None = None
    required: bool = True


FIELDS = {
    Upload.Kind.PROMPTS: (
        Field("id", 120),
        Field("category", 80, required=False),
        Field("prompt"),
        Field("reference", required=False),
    ),
    Upload.Kind.ANSWERS: (Field("question_id", 120), Field("model", 120), Field("answer")),
}
# An id or a reference such as 42 is clear without quotation marks; an answer is always text.
_NUMBERS = {"id", "question_id", "reference"}


def prompt_set_named(project: Project, name: str) -> PromptSet:
    """The prompt set of this name, made where there is none."""
    return PromptSet.objects.get_or_create(project=project, name=name)[0]


def keep(
    kind: Upload.Kind, prompt_set: PromptSet, file: "File[bytes]", user: User | None
) -> Upload:
    """Store a file and look at what it is; refuses what is not JSONL. Reads no line yet."""
    name = Path(file.name or "upload.jsonl").name[-255:]
    path = default_storage.save(f"evaluation/{kind}{Path(name).suffix}", file)
    seen = sniff.sniff(Path(default_storage.path(path)))
    if seen.kind != "jsonl":
        default_storage.delete(path)
        raise _not_jsonl(seen)
    return Upload.objects.create(
        prompt_set=prompt_set,
        kind=kind,
        filename=name,
        path=path,
        encoding=seen.encoding,
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
    """Store every good line that is not here yet, and why each of the others was refused.

    `report(done, total)` counts lines and is called after each committed chunk.
    """
    path = Path(default_storage.path(upload.path))
    if not path.exists():
        raise CqiaError("cannot_read_file", {"name": upload.filename})
    total = _count_lines(path)
    lines = sniff.lines(
        path,
        cast(sniff.Encoding, upload.encoding),
        start=upload.next_offset,
        number=upload.next_line,
    )
    while chunk := list(islice(lines, _CHUNK)):
        with transaction.atomic():
            _store(upload, chunk)
        report(upload.next_line - 1, total)


def _not_jsonl(seen: sniff.FileKind) -> CqiaError:
    if seen.size == 0:
        return CqiaError("empty_file")
    if seen.other:
        return CqiaError("other_kind_jsonl", {"kind": seen.other})
    return CqiaError("only_jsonl")


def _count_lines(path: Path) -> int:
    last = b"\n"
    count = 0
    with path.open("rb") as file:
        while chunk := file.read(1024 * 1024):
            count += chunk.count(b"\n")
            last = chunk[-1:]
    return count + (last != b"\n")


def _store(upload: Upload, chunk: list[sniff.Line]) -> None:
    """Store one chunk and the checkpoint behind it, in the caller's transaction."""
    # Two files for one set at the same time wait for each other instead of storing a row twice.
    PromptSet.objects.select_for_update(no_key=True).get(pk=upload.prompt_set_id)
    rows: dict[int, Row] = {}
    for line in chunk:
        try:
            row = _row(line, FIELDS[Upload.Kind(upload.kind)])
        except CqiaError as error:
            _refuse(upload, line.number, error)
        else:
            if row is not None:
                rows[line.number] = row
    if upload.kind == Upload.Kind.PROMPTS:
        _store_prompts(upload, rows)
    else:
        _store_answers(upload, rows)
    upload.next_line, upload.next_offset = chunk[-1].number + 1, chunk[-1].end
    upload.issues = sorted(upload.issues, key=lambda issue: issue["line"])[:ISSUES_KEPT]
    upload.save(
        update_fields=["next_line", "next_offset", "added", "already_here", "refused", "issues"]
    )


def _refuse(upload: Upload, line: int, error: CqiaError) -> None:
    upload.refused += 1
    if len(upload.issues) < ISSUES_KEPT:
        upload.issues.append({"line": line, "code": error.code, "params": error.params})


def _row(line: sniff.Line, fields: tuple[Field, ...]) -> Row | None:
    """The fields of a line as text; None for a blank line. Raises what is wrong with it."""
    if line.text is None:
        raise CqiaError(line.error or "unexpected", line.params)
    if not line.text.strip():
        return None
    try:
        record = orjson.loads(line.text)
    except orjson.JSONDecodeError as error:
        raise CqiaError("not_json", {"character": error.pos + 1, "reason": error.msg}) from None
    if not isinstance(record, dict):
        raise CqiaError("not_object", {"found": type_of(record)})
    if "turns" in record and "prompt" not in record:
        raise CqiaError("several_turns")
    return {field.name: _text(record, field) for field in fields}


def _text(record: dict[str, object], field: Field) -> str:
    value = record.get(field.name)
    if value is None and not field.required:
        return ""
    if field.name not in record:
        raise CqiaError("missing_field", {"field": field.name})
    if field.name in _NUMBERS and isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        params: dict[str, Param] = {"expected": "text", "found": type_of(value)}
        raise CqiaError("wrong_type", {"field": field.name, **params})
    text = value.replace("\x00", "").strip()
    if field.required and not text:
        raise CqiaError("empty_field", {"field": field.name})
    if field.limit is not None and len(text) > field.limit:
        params = {"field": field.name, "found": len(text), "limit": field.limit}
        raise CqiaError("long_field", params)
    return text


def _store_prompts(upload: Upload, rows: dict[int, Row]) -> None:
    keys = {row["id"] for row in rows.values()}
    here = dict(
        Prompt.objects.filter(prompt_set=upload.prompt_set, key__in=keys).values_list("key", "text")
    )
    new = []
    for number, row in rows.items():
        if row["id"] not in here:
            here[row["id"]] = row["prompt"]
            new.append(row)
        elif here[row["id"]] == row["prompt"]:
            upload.already_here += 1
        else:
            _refuse(upload, number, CqiaError("other_prompt_here", {"id": row["id"]}))
    upload.added += len(new)
    Prompt.objects.bulk_create(
        Prompt(
            prompt_set=upload.prompt_set,
            key=row["id"],
            category=row["category"],
            text=row["prompt"],
            reference=row["reference"],
        )
        for row in new
    )


def _store_answers(upload: Upload, rows: dict[int, Row]) -> None:
    prompts = _prompt_ids(upload.prompt_set, rows)
    models = _models_named(upload.prompt_set.project, {row["model"] for row in rows.values()})
    here = {
        (prompt, model): text
        for prompt, model, text in Answer.objects.filter(
            prompt__in=prompts.values(), model__in=models.values()
        ).values_list("prompt_id", "model_id", "text")
    }
    new = []
    for number, row in rows.items():
        prompt = prompts.get(row["question_id"])
        if prompt is None:
            _refuse(upload, number, CqiaError("unknown_prompt", {"id": row["question_id"]}))
            continue
        place = (prompt, models[row["model"]])
        if place not in here:
            here[place] = row["answer"]
            new.append(Answer(prompt_id=place[0], model_id=place[1], text=row["answer"]))
        elif here[place] == row["answer"]:
            upload.already_here += 1
        else:
            params: dict[str, Param] = {"id": row["question_id"], "model": row["model"]}
            _refuse(upload, number, CqiaError("other_answer_here", params))
    upload.added += len(new)
    Answer.objects.bulk_create(new)


def _prompt_ids(prompt_set: PromptSet, rows: dict[int, Row]) -> dict[str, int]:
    keys = {row["question_id"] for row in rows.values()}
    found = Prompt.objects.filter(prompt_set=prompt_set, key__in=keys)
    return dict(found.values_list("key", "pk"))


def _models_named(project: Project, names: set[str]) -> dict[str, int]:
    """The ids of these models, which are made where they are new."""
    ModelVersion.objects.bulk_create(
        [ModelVersion(project=project, name=name) for name in sorted(names)], ignore_conflicts=True
    )
    found = ModelVersion.objects.filter(project=project, name__in=names)
    return dict(found.values_list("name", "pk"))
