"""Benchmarks come in as files and stay as hashes: the file is deleted once it has been read."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from annotation import jobs, uploads
from annotation.contamination.fingerprints import Fingerprint, Item, fingerprints, item_of
from annotation.models import Benchmark, BenchmarkItem, Job, Project
from annotation.sources.readers import Place, reader_of
from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError
from cqia.lib.sniff import Encoding

TASK = "annotation.register_benchmark"
ISSUES_KEPT = 200
_CHUNK = 1000
_RECORD_LIMIT = 4 * 1024 * 1024  # bytes


def register(project: Project, name: str, path: Path, filename: str, user: User | None) -> Job:
    """Take a benchmark's file in and start the job that reads it.

    Raises CqiaError where the file cannot be read, or the name or the file is here already.
    """
    kind = uploads.examined(path)
    name = " ".join(name.replace("·", " ").split())[:80]  # the dot ends it in the evidence
    if not name.isprintable() or not name:
        raise CqiaError("benchmark_name")
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        _refuse_known(project, name, kind.sha256)
        benchmark = Benchmark.objects.create(
            project=project,
            name=name,
            filename=uploads.clean_name(filename),
            sha256=kind.sha256,
            kind=str(kind.kind),
            encoding=kind.encoding,
            path=_kept(path, kind.sha256),
            created_by=user,
        )
        benchmark.job = jobs.start(TASK, project, user, benchmark=benchmark.pk)
        benchmark.save(update_fields=["job"])
        record(user, "benchmark registered", project.pk, name=benchmark.name)
    return benchmark.job


def read(job: Job) -> None:
    """Store the items' hashes, all or none, then delete the file. Safe to run again."""
    benchmark = Benchmark.objects.select_related("project").get(job=job)
    if benchmark.ready:
        return
    made = list(fingerprints(_items(benchmark, job)))
    told = [one for one in made if one is not None]
    with transaction.atomic():
        for start in range(0, len(told), _CHUNK):
            rows = [_row(benchmark, one) for one in told[start : start + _CHUNK]]
            BenchmarkItem.objects.bulk_create(rows)
        benchmark.items_read, benchmark.too_short = len(made), len(made) - len(told)
        benchmark.ready, benchmark.revision = True, _next_revision(benchmark.project)
        benchmark.save()
    jobs.report(job, len(made), len(made))
    _forget_file(benchmark)
    jobs.start("annotation.run_prefilter", benchmark.project, job.created_by)


def switch(benchmark: Benchmark, user: User, *, active: bool) -> None:
    """Compare pairs with a benchmark, or no more; their findings are measured anew."""
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=benchmark.project_id)
        benchmark.active = active
        benchmark.revision = _next_revision(benchmark.project)
        benchmark.save(update_fields=["active", "revision"])
        if active:
            record(user, "benchmark watched", benchmark.project_id, name=benchmark.name)
        else:
            record(user, "benchmark set aside", benchmark.project_id, name=benchmark.name)
        jobs.start("annotation.run_prefilter", benchmark.project, user)


def _refuse_known(project: Project, name: str, sha256: str) -> None:
    same = Benchmark.objects.of(project).filter(sha256=sha256).first()
    if same is not None:
        raise CqiaError("benchmark_here", {"name": same.name})
    if Benchmark.objects.of(project).filter(name=name).exists():
        raise CqiaError("benchmark_name_taken", {"name": name})


def _next_revision(project: Project) -> int:
    last = Benchmark.objects.of(project).aggregate(last=Max("revision"))["last"]
    return int(last or 0) + 1


def _kept(path: Path, sha256: str) -> str:
    folder = Path(settings.MEDIA_ROOT) / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(path.read_bytes())
    os.replace(temporary, folder / sha256)
    return f"benchmarks/{sha256}"


def _forget_file(benchmark: Benchmark) -> None:
    others = Benchmark.objects.filter(path=benchmark.path).exclude(pk=benchmark.pk)
    if not others.exists():
        (Path(settings.MEDIA_ROOT) / benchmark.path).unlink(missing_ok=True)
    Benchmark.objects.filter(pk=benchmark.pk).update(path="")


def _items(benchmark: Benchmark, job: Job) -> Iterator[Item]:
    """The items of the file; what cannot be read is noted on the benchmark."""
    path = Path(settings.MEDIA_ROOT) / benchmark.path
    if not path.is_file():
        raise CqiaError("cannot_read_file", {"name": benchmark.filename})
    encoding = cast(Encoding, benchmark.encoding)
    benchmark.issues, benchmark.refused = [], 0
    for row in reader_of(benchmark.kind).rows(path, encoding, Place(), _RECORD_LIMIT):
        item = item_of(row.record, row.number) if row.record is not None else None
        if item is None:
            _refuse(benchmark, row.number, row.fault or CqiaError("benchmark_asks_nothing"))
        else:
            yield item
        if row.number % _CHUNK == 0:
            jobs.report(job, row.number)


def _refuse(benchmark: Benchmark, line: int, error: CqiaError) -> None:
    benchmark.refused += 1
    if len(benchmark.issues) < ISSUES_KEPT:
        benchmark.issues.append({"line": line, "code": error.code, "params": error.params})


def _row(benchmark: Benchmark, made: Fingerprint) -> BenchmarkItem:
    return BenchmarkItem(
        benchmark=benchmark,
        label=made.label,
        grams=made.grams.astype("<u8").tobytes(),
        signature=made.signature.astype("<u4").tobytes(),
    )
