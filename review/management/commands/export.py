"""`cqia export`: a release in one format, built again from its frozen rows."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from review import exporting
from review.exports import EXPORTERS, Exporter
from review.exports.templates import DEFAULT, TEMPLATES
from review.exports.text import Text
from review.models import Release
from review.serving import gone

_SPLITS = ("train", "validation", "test")


class Command(BaseCommand):
    help = "Write a release in one format, row by row, to standard output or a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", required=True, help="the project's short name")
        parser.add_argument("--release", help="its number or version; the latest where not given")
        parser.add_argument(
            "--format", default="cqia", choices=[exporter.id for exporter in EXPORTERS]
        )
        parser.add_argument("--config", help="rows of this source alone")
        parser.add_argument("--split", choices=_SPLITS, help="rows of this split alone")
        parser.add_argument("--chat-template", default=DEFAULT, choices=list(TEMPLATES))
        kind = parser.add_mutually_exclusive_group()
        kind.add_argument("--parquet", action="store_const", dest="kind", const=".parquet")
        kind.add_argument("--zstd", action="store_const", dest="kind", const=".jsonl.zst")
        parser.add_argument(
            "--withdrawn", action="store_true", help="also where rows of it were withdrawn since"
        )
        parser.add_argument("--out", type=Path, help="a file, not standard output")

    def handle(self, **options: Any) -> None:
        release = _release(options["project"], options["release"])
        if release.withdrawals.exists() and not options["withdrawn"]:
            raise CommandError(str(gone(release)))
        exporter = _exporter(options["format"], options["chat_template"])
        ending = options["kind"] or exporter.endings[0]
        if options["kind"] and exporter.endings == (".csv",):
            raise CommandError("CSV is written as it is: leave --parquet and --zstd out.")
        read = exporting.blocks if ending == ".jsonl" else exporting.lines
        rows = read(release, exporter, options["config"], options["split"])
        try:
            with _opened(options["out"]) as file:
                exporting.write(rows, exporter, file, ending)
        except BrokenPipeError:  # whoever reads has read enough
            sys.stderr.close()
        except OSError as error:
            raise CommandError(f"It could not be written: {error.strerror}.") from error


def _release(project: str, wanted: str | None) -> Release:
    releases = Release.objects.filter(project__slug=project).order_by("-number")
    if wanted is not None:
        by = {"number": wanted} if wanted.isdecimal() else {"version": wanted}
        releases = releases.filter(**by)
    release = releases.first()
    if release is None:
        raise CommandError("There is no such release.")
    return release


def _exporter(wanted: str, template: str) -> Exporter:
    if wanted == Text.id:
        return Text(template)
    return next(exporter for exporter in EXPORTERS if exporter.id == wanted)


@contextmanager
def _opened(out: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that has its name once it is whole."""
    if out is None:
        yield sys.stdout.buffer
        return
    partial = out.with_name(f"{out.name}.partial")
    try:
        with partial.open("wb", buffering=0) as file:
            yield file
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
