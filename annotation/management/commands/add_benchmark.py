"""`cqia add_benchmark FILE --project SLUG --name NAME`: register a benchmark as hashes."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from annotation import jobs
from annotation.contamination import registry
from annotation.models import Benchmark, Project
from cqia.lib.errors import CqiaError

_SHOWN = 10  # refused rows that are listed here


class Command(BaseCommand):
    help = "Register a benchmark: its items are kept as hashes, and pairs that hold one are found."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--project", required=True, metavar="SLUG")
        parser.add_argument("--name", required=True, help="such as CMMLU")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            project = Project.objects.filter(slug=options["project"]).first()
            if project is None:
                raise CqiaError("unknown_project", {"project": options["project"]})
            job = registry.register(project, options["name"], path, path.name, None)
        except (CqiaError, OSError) as error:
            raise CommandError(f"{path.name}: {error}") from error
        jobs.run(job.pk, registry.read)
        job.refresh_from_db()
        if job.message:
            raise CommandError(job.message)
        self._tell(Benchmark.objects.get(job=job))

    def _tell(self, benchmark: Benchmark) -> None:
        text = _("%(items)s items, %(short)s too short to be told apart, %(refused)s rows refused.")
        self.stdout.write(
            text
            % {
                "items": benchmark.items_read,
                "short": benchmark.too_short,
                "refused": benchmark.refused,
            }
        )
        for line, fault in benchmark.faults[:_SHOWN]:
            self.stdout.write(f"  {benchmark.filename}:{line}: {fault}")
