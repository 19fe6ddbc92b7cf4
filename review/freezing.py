"""Freezing: the chosen rows are copied into a numbered release, whole or not at all."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, Self

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from annotation import jobs
from annotation.models import Job, Project
from cqia.accounts.models import record
from cqia.lib import merkle
from cqia.lib.errors import CqiaError
from review import composing, gate, numbering, retractions
from review.composition import Body
from review.frozen_rows import Frozen, frozen_rows
from review.models import Release, ReleaseItem, Retraction

Progress = Callable[[int], None]
_ONCE = 2000
_ITEMS = ReleaseItem._meta.db_table
_COLUMNS = (
    "kind", "split", "copy", "pair_id", "response_id", "source", "licence", "digest", "record",
    "extra", "prompt_chars", "answer_chars", "tokens", "score", "agreement", "task_major",
)  # fmt: skip
_COPY = f"COPY {_ITEMS} (release_id, position, {', '.join(_COLUMNS)}) FROM STDIN"
_NEXT_ID = f"SELECT nextval(pg_get_serial_sequence('{Release._meta.db_table}', 'id'))"
_WRITTEN = f"SELECT pair_id FROM {_ITEMS} WHERE release_id = %(new)s AND kind = 'sft'"
_CHOSEN = "SELECT pair_id FROM chosen WHERE kind = 'sft'"
# Rows that are new, and rows of an earlier release that are gone.
_CAME_AND_WENT = f"""
SELECT (SELECT count(DISTINCT pair_id) FROM ({{new}}) new
         WHERE NOT EXISTS (
               SELECT FROM {_ITEMS} WHERE release_id = %(old)s AND pair_id = new.pair_id
                  AND kind = 'sft')),
       (SELECT count(DISTINCT pair_id) FROM {_ITEMS} old
         WHERE release_id = %(old)s AND kind = 'sft' AND NOT EXISTS (
               SELECT FROM ({{new}}) new WHERE new.pair_id = old.pair_id))
"""


_TELL = f"UPDATE {Job._meta.db_table} SET done = %s, total = %s WHERE id = %s"
_ASKED = f"SELECT cancel_asked FROM {Job._meta.db_table} WHERE id = %s"


@dataclass(frozen=True)
class Header:
    """What a release says of itself; `version`: as the lead wants it, "" for the one proposed."""

    summary: str
    version: str = ""
    composition: dict[str, Any] = field(default_factory=dict)
    seed: str = ""
    dated: date | None = None  # today
    previous: Release | None = None
    retraction: Retraction | None = None


def freeze(job: Job) -> Release:
    """Select, examine and copy in one transaction; a job that has its release gets that one.

    Raises CqiaError("release_blocked") where the gate holds rows back, "nothing_approved" where there
    are none, and "version_taken" for a version that there is.
    """
    release = Release.objects.filter(job=job).first()
    if release is not None:
        return release
    body = Body.from_json(job.params.get("composition") or {})
    with Beside(job) as beside, transaction.atomic(), connection.cursor() as cursor:
        project = locked(job)
        retractions.shut_out_newcomers(project)
        composing.select(body, project, cursor)
        cursor.execute("SELECT count(*) FROM chosen")
        (beside.total,) = cursor.fetchone()
        if not beside.total:
            raise CqiaError("nothing_approved")
        found = gate.examine(project, body, cursor, lambda _done, _all: beside.heed())
        gate.refuse(found)
        header = Header(
            summary=job.params["summary"],
            version=job.params.get("version", ""),
            composition=body.to_json(),
            seed=body.seed,
            dated=body.dated,
            previous=project.releases.order_by("-number").first(),
        )
        release = write(job, header, frozen_rows(body.seed), beside.advance)
        gate.keep(found, cursor, release=release)
    return release


def locked(job: Job) -> Project:
    """The project, until the end of the transaction: releases are written one after the other."""
    return Project.objects.select_for_update(no_key=True).get(pk=job.project_id)


def write(job: Job, header: Header, rows: Iterable[Frozen], advance: Progress) -> Release:
    """Copy the rows, then the release itself, in the caller's transaction under the project's lock.

    `advance` is told how many rows were copied so far.
    """
    assert job.created_by is not None
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_ID)
        (pk,) = cursor.fetchone()
    leaves: list[bytes] = []  # 32 bytes each, some 70 MB for a million
    for many in _batches(rows):
        _copy(pk, len(leaves), many)
        leaves += [row.digest for row in many]
        advance(len(leaves))
    if not leaves:
        raise CqiaError("nothing_approved")
    version = header.version or _proposed(header.previous, _WRITTEN, pk).version
    project = job.project
    if project.releases.filter(version=version).exists():
        raise CqiaError("version_taken", {"version": version})
    last = project.releases.aggregate(last=Max("number"))["last"] or 0
    release = Release.objects.create(
        pk=pk,
        project=project,
        number=last + 1,
        version=version,
        summary=header.summary,
        composition=header.composition,
        seed=header.seed,
        dated=header.dated or timezone.localdate(),
        rows=len(leaves),
        root=merkle.root(leaves).hex(),
        previous=header.previous,
        retraction=header.retraction,
        created_by=job.created_by,
        job=job,
    )
    record(job.created_by, "release frozen", project.pk, number=release.number, version=version)
    return release


def _batches(rows: Iterable[Frozen]) -> Iterator[list[Frozen]]:
    waiting = iter(rows)
    while many := list(islice(waiting, _ONCE)):
        yield many


def _copy(release: int, before: int, rows: list[Frozen]) -> None:
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for position, row in enumerate(rows, before + 1):
            copy.write_row((release, position, *row))


@dataclass(frozen=True)
class Proposal:
    """The version that is proposed: `added` and `removed` count rows since the `previous` one, if any."""

    version: str
    previous: str = ""
    added: int = 0
    removed: int = 0


def proposed(project: Project) -> Proposal:
    """What TEMP TABLE chosen would be, frozen now by the caller's transaction."""
    return _proposed(project.releases.order_by("-number").first(), _CHOSEN)


def _proposed(previous: Release | None, new: str, release: int = 0) -> Proposal:
    if previous is None:
        return Proposal(numbering.FIRST)
    with connection.cursor() as cursor:
        cursor.execute(_CAME_AND_WENT.format(new=new), {"old": previous.pk, "new": release})
        added, removed = cursor.fetchone()
    version = numbering.proposed(previous.version, added, removed)
    return Proposal(version, previous.version, added, removed)


class Beside:
    """A job's progress, told over a connection of its own: what a transaction writes nobody sees
    before its end."""

    def __init__(self, job: Job, total: int = 0) -> None:
        self.job, self.total = job, total

    def __enter__(self) -> Self:
        self.connection = connection.copy()
        return self

    def __exit__(self, *_error: object) -> None:
        self.connection.close()

    def advance(self, done: int) -> None:
        """Raises jobs.Cancelled once a person has asked for the end."""
        with self.connection.cursor() as cursor:
            cursor.execute(_TELL, [done, self.total, self.job.pk])
        self.heed()

    def heed(self) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(_ASKED, [self.job.pk])
            if cursor.fetchone() == (True,):
                raise jobs.Cancelled
