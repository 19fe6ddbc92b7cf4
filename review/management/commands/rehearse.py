"""`cqia rehearse`: a release's folder, tried by the programs that will read it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from review.rehearsal import CONSUMERS, Outcome
from review.rehearsing import CUT_OFF, ROWS


class Command(BaseCommand):
    help = "Try the files in the folder of a release with the programs that will read them."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        known = ",".join(consumer.id for consumer in CONSUMERS)
        parser.add_argument("folder", type=Path)
        parser.add_argument("--with", dest="consumers", default=known, help=f"some of {known}")
        parser.add_argument("--tokenizer", default="", help="a folder with a tokenizer.json")
        parser.add_argument("--cut-off", type=int, default=CUT_OFF, help="in tokens (%(default)s)")
        parser.add_argument(
            "--rows", type=int, default=ROWS, help="of each split, 0 for all (%(default)s)"
        )
        parser.add_argument("--python", help="the Python that has them installed")

    def handle(self, **options: Any) -> None:
        asked = options["consumers"].split(",")
        if unknown := set(asked) - {consumer.id for consumer in CONSUMERS}:
            raise CommandError(f"Not known: {', '.join(sorted(unknown))}.")
        if not (options["folder"] / "data").is_dir():
            raise CommandError(f"{options['folder']} is not the folder of a release.")
        if options["python"]:
            settings.CONSUMERS_PYTHON = options["python"]
        wanted = {name: options[name] for name in ("tokenizer", "cut_off", "rows")}
        failed = 0
        for consumer in CONSUMERS:
            if consumer.id in asked and (options["tokenizer"] or not consumer.wants_tokenizer):
                failed += self._tell(consumer.name, consumer.try_on(options["folder"], wanted))
        if failed:
            raise CommandError(f"{failed} failed.")

    def _tell(self, name: str, outcome: Outcome) -> int:
        """Say what came of it; returns how many things failed."""
        if not outcome["installed"]:
            self.stdout.write(f"{name}: not installed here")
            return 0
        self.stdout.write(f"{name} {outcome['version']} {outcome['error']}".rstrip())
        for result in outcome["results"]:
            figures = [f"{key} {value}" for key, value in result.items() if key not in _SILENT]
            self.stdout.write(f"  {result['name']}: {', '.join(figures)}")
        return bool(outcome["error"]) + sum("error" in result for result in outcome["results"])


_SILENT = {"name", "columns"}
