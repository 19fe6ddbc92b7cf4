"""`cqia verify`: whether a file, or a single row, belongs to a release. Needs no database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cqia.lib.errors import CqiaError
from review import verifying


class Command(BaseCommand):
    help = "Tell whether a file, or with --proof a single row, belongs to a release."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a file of the release; or one row, as JSON")
        parser.add_argument("--manifest", type=Path, help="release.json (found beside the file)")
        parser.add_argument("--proof", type=Path, help="the row's proof.json, as the page gives it")

    def handle(self, **options: Any) -> None:
        file: Path = options["file"]
        if not file.is_file():
            raise CommandError(f"{file}: there is no such file.")
        try:
            self.stdout.write(
                self._row(file, options) if options["proof"] else self._file(file, options)
            )
        except CqiaError as error:
            raise CommandError(str(error)) from error

    def _file(self, file: Path, options: dict[str, Any]) -> str:
        told = verifying.read(options["manifest"] or verifying.manifest_beside(file))
        name = verifying.file_in(file, told)
        return f"{name} belongs to {told['project']} {told['version']}, root {told['root']}"

    def _row(self, file: Path, options: dict[str, Any]) -> str:
        told = verifying.read(options["manifest"]) if options["manifest"] else None
        proof = verifying.row_in(file, options["proof"], told)
        return f"The row is number {proof.index + 1} of {proof.version}, root {proof.root}"
