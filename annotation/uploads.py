"""Taking a file in: what it is, which source it belongs to, and whether it is here already."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from annotation import jobs, terms
from annotation.models import Batch, Job, Project, Source
from annotation.models.source import LICENCE_LENGTH, NAME_LENGTH
from annotation.sources.readers import reader_of
from annotation.sources.recipes import Refused, recipe_of
from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError
from cqia.lib.sniff import FileKind, sniff

IMPORT = "annotation.import_batch"


@dataclass(frozen=True)
class Wanted:
    """The source a file goes into, by name. Recipe and licence may be left out for one that exists."""

    source: str
    recipe: str = ""
    licence: str = ""
    floor: int | None = None  # characters of an answer; None: as the source has it


class Outcome(StrEnum):
    NEW = "new"
    RESUMED = "resumed"  # it had been cancelled or had failed half-way
    RUNNING = "running"
    ALREADY = "already"


class Taken(NamedTuple):
    batch: Batch
    outcome: Outcome


def take(project: Project, wanted: Wanted, path: Path, name: str, user: User | None) -> Taken:
    """Register the file at `path`, which its owner calls `name`, and start its import.

    The same bytes in the same source are the same batch. Raises CqiaError (Refused where a field of
    `wanted` is at fault) before anything is stored.
    """
    kind = examined(path)
    with transaction.atomic():
        source = _source(project, wanted)
        batch = source.batches.select_related("job").filter(sha256=kind.sha256).first()
        if batch is not None:
            return Taken(batch, _gone_on(batch, user))
        reader_of(str(kind.kind)).check(path, kind.encoding, _required(source))
        batch = _new_batch(source, kind, _keep(path, kind), name, user)
    return Taken(batch, Outcome.NEW)


def said(taken: Taken) -> str:
    """What became of the file, for the person who gave it."""
    batch = taken.batch
    text = {
        Outcome.NEW: _("“%(file)s” is being imported."),
        Outcome.RESUMED: _(
            "The import of “%(file)s” goes on where it stopped, after %(rows)s rows."
        ),
        Outcome.RUNNING: _("“%(file)s” is being imported already."),
        Outcome.ALREADY: _("Already imported on %(date)s, %(rows)s rows. Nothing was added."),
    }[taken.outcome]
    date = localtime(batch.created_at).strftime("%Y-%m-%d")
    return text % {"file": batch.filename, "date": date, "rows": f"{batch.added:,}"}


def examined(path: Path) -> FileKind:
    """What the file is; raises CqiaError where nothing can be read from it."""
    found = sniff(path)
    if found.size == 0:
        raise CqiaError("empty_file")
    if found.other is not None:
        raise CqiaError("other_kind", {"kind": found.other})
    if found.kind is None:
        raise CqiaError("unknown_kind")
    return found


def _source(project: Project, wanted: Wanted) -> Source:
    """The source of this name, locked, so that of two uploads at once one sees the other's batch."""
    _check_lengths(wanted)
    if wanted.recipe and recipe_of(wanted.recipe) is None:
        raise Refused("unknown_recipe", "recipe", recipe=wanted.recipe)
    own = {
        "recipe": wanted.recipe,
        "licence": wanted.licence,
        "licence_kind": terms.kind_of(wanted.licence),
        "answer_floor": wanted.floor,
    }
    Source.objects.get_or_create(project=project, name=wanted.source, defaults=own)
    source = project.sources.select_for_update(no_key=True).get(name=wanted.source)
    if not source.recipe:
        raise Refused("recipe_missing", "recipe")
    if wanted.recipe not in ("", source.recipe):
        raise Refused("recipe_differs", "recipe", source=source.name, recipe=source.recipe)
    if wanted.licence not in ("", source.licence):
        raise Refused("licence_differs", "licence", source=source.name, licence=source.licence)
    if wanted.floor not in (None, source.answer_floor):
        raise Refused("floor_differs", "floor", source=source.name)
    return source


def _check_lengths(wanted: Wanted) -> None:
    if not wanted.source:
        raise Refused("empty_field", "source")
    for field, text, limit in (
        ("source", wanted.source, NAME_LENGTH),
        ("licence", wanted.licence, LICENCE_LENGTH),
    ):
        if len(text) > limit or not text.isprintable():
            raise Refused("bad_text", field, limit=limit)


def _required(source: Source) -> tuple[str, ...]:
    recipe = recipe_of(source.recipe)
    return () if recipe is None else recipe.required


def _gone_on(batch: Batch, user: User | None) -> Outcome:
    """Start the import of a known file again where it ended half-way."""
    if batch.job is not None and batch.job.is_live:
        return Outcome.RUNNING
    if batch.job is not None and batch.job.state == Job.State.DONE:
        return Outcome.ALREADY
    batch.job = jobs.start(IMPORT, batch.source.project, user, batch=batch.pk)
    batch.save(update_fields=["job"])
    return Outcome.RESUMED


def _new_batch(source: Source, kind: FileKind, kept: str, name: str, user: User | None) -> Batch:
    batch = Batch.objects.create(
        source=source,
        filename=clean_name(name),
        path=kept,
        sha256=kind.sha256,
        size=kind.size,
        kind=str(kind.kind),
        encoding=kind.encoding,
        created_by=user,
    )
    batch.job = jobs.start(IMPORT, source.project, user, batch=batch.pk)
    batch.save(update_fields=["job"])
    record(user, "file imported", source.project_id, file=batch.filename, source=source.name)
    return batch


def _keep(path: Path, kind: FileKind) -> str:
    """Copy the file under MEDIA_ROOT, named by its content; returns the path relative to it."""
    relative = PurePosixPath("imports", kind.sha256[:2], f"{kind.sha256}.{kind.kind}")
    place = Path(settings.MEDIA_ROOT) / relative
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=place.parent)
    os.close(handle)
    shutil.copyfile(path, temporary)
    os.replace(temporary, place)  # all at once: nobody meets half a file
    return str(relative)


def clean_name(name: str) -> str:
    """The file's name without folders and without what cannot be printed, for show only."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(filter(str.isprintable, last)).strip()[-255:] or "file"
