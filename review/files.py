"""The step of freezing that writes a release's files: every format, source, split and kind of file.

`data/<format>/<source or "default">/<split>-00000-of-00003.<kind>`, from the frozen rows alone.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction

from annotation import jobs
from cqia.lib.errors import CqiaError
from cqia.lib.row_files import Shards
from review.exports import EXPORTERS, Exporter
from review.exports.templates import DEFAULT
from review.exports.text import Text
from review.items import Item, stream
from review.models import Release, ReleaseFile
from review.releases import folder

SHARD_ROWS = 500_000  # a default of this project
_SOURCES_AT_ONCE = 8  # that are written in one pass over the rows, so that memory stays flat
_REPORT_EVERY = 5000
_NAME_BYTES = 200
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\[\]{}!,%\s]+|^[._]+")

Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Pass:
    """One reading of the rows: what is written of a format meanwhile. No sources: all in one folder."""

    exporter: Exporter
    endings: tuple[str, ...]
    sources: frozenset[str]

    def config_of(self, item: Item) -> str | None:
        """The folder that the item's rows go to; None where this pass leaves it out."""
        if item.kind not in self.exporter.kinds:
            return None
        if not self.exporter.by_config:
            return ""
        return config_name(item.source) if item.source in self.sources else None


def build_files(release: Release, report: Report) -> None:
    """Write the files that are not listed yet; each is listed once all of its pass are whole.

    Raises jobs.Paused where the disk is full: what was half written is gone, and it goes on from
    there once there is room.
    """
    wanted = list(_passes(release))
    rows = release.items.count()

    def report_pass(done: int, at: int) -> None:
        report(done + at, rows * len(wanted))

    for number, one in enumerate(wanted):
        try:
            _build(release, one, partial(report_pass, number * rows))
        except CqiaError as error:
            if error.code == "disk_full":
                raise jobs.Paused(error) from error
            raise
    report_pass(rows * len(wanted), 0)


def exporters_of(composition: Mapping[str, Any]) -> list[Exporter]:
    """The formats that a release asks for, all where it names none."""
    wanted = composition.get("formats") or [exporter.id for exporter in EXPORTERS]
    text = Text(composition.get("chat_template") or DEFAULT)
    return [
        text if exporter.id == text.id else exporter
        for exporter in EXPORTERS
        if exporter.id in wanted
    ]


def config_name(source: str) -> str:
    """A source's name as a folder, as the Hub and its patterns take it.

    A name that had to be changed ends with a hash of what it was, so that no two become one.
    """
    safe = _UNSAFE.sub("-", source).encode()[:_NAME_BYTES].decode(errors="ignore")[:71]
    if safe == source:
        return source
    return f"{safe}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"


def _passes(release: Release) -> Iterator[Pass]:
    built = set(release.files.exclude(split="").values_list("format", "config"))
    sources = sorted(set(release.items.order_by().values_list("source", flat=True)))
    for exporter in exporters_of(release.composition):
        endings = _endings(exporter, release.composition)
        if exporter.by_config:
            left = [name for name in sources if (exporter.id, config_name(name)) not in built]
            for at in range(0, len(left), _SOURCES_AT_ONCE):
                yield Pass(exporter, endings, frozenset(left[at : at + _SOURCES_AT_ONCE]))
        elif (exporter.id, "") not in built:
            yield Pass(exporter, endings, frozenset())


def _endings(exporter: Exporter, composition: Mapping[str, Any]) -> tuple[str, ...]:
    if not composition.get("compress"):
        return exporter.endings
    return tuple(".jsonl.zst" if ending == ".jsonl" else ending for ending in exporter.endings)


def _build(release: Release, one: Pass, report: Callable[[int], None]) -> None:
    with ExitStack() as stack:
        opened: dict[tuple[str, str], list[Shards]] = {}
        for at, item in enumerate(stream(release, kind=None)):
            if at % _REPORT_EVERY == 0:
                report(at)
            config = one.config_of(item)
            if config is None:
                continue
            for line in one.exporter.lines(item):
                if (config, item.split) not in opened:
                    shards = _open(release, one, config, item.split)
                    opened[config, item.split] = [stack.enter_context(each) for each in shards]
                for each in opened[config, item.split]:
                    each.write(line)
        _list(release, one, opened)


def _open(release: Release, one: Pass, config: str, split: str) -> list[Shards]:
    place = folder(release) / "data" / one.exporter.id / (config or "default")
    each = release.composition.get("shard_rows") or SHARD_ROWS
    return [Shards(place, split, ending, one.exporter.schema, each) for ending in one.endings]


def _list(release: Release, one: Pass, opened: Mapping[tuple[str, str], list[Shards]]) -> None:
    listed = []
    for (config, split), shards in opened.items():
        for each in shards:
            listed += [
                ReleaseFile(
                    release=release,
                    format=one.exporter.id,
                    config=config,
                    split=split,
                    filename=_inside(release, file.path),
                    sha256=file.sha256,
                    size=file.size,
                    rows=file.rows,
                )
                for file in each.finish()
            ]
    with transaction.atomic():
        ReleaseFile.objects.bulk_create(listed)


def _inside(release: Release, path: Path) -> str:
    return path.relative_to(folder(release)).as_posix()
