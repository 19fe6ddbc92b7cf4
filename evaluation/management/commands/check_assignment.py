"""`cqia check_assignment`: whether an assignment is the one that was committed. Needs no database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cqia.lib.errors import CqiaError
from evaluation import commitment


class Command(BaseCommand):
    help = "Tell whether an assignment of a campaign is the one whose hash was shown at its start."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="assignment.jsonl of a closed campaign")
        parser.add_argument("--hash", required=True, help="as the campaign's page showed it")

    def handle(self, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open(encoding="utf-8") as content:
                found = commitment.digest_of_file(path.name, content)
            if found != options["hash"].strip().lower():
                raise CqiaError("assignment_differs", {"found": found})
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path}: {error}") from error
        except CqiaError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{path.name} is the assignment that was committed: {found}")
