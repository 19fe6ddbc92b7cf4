"""`cqia export`: a release's file, built again from its frozen rows."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from review.exports import EXPORTERS
from review.models import Release
from review.releases import lines


class Command(BaseCommand):
    help = "Write a release in one format, row by row, to standard output or a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", required=True, help="the project's short name")
        parser.add_argument("--release", type=int, help="its number; the latest where not given")
        parser.add_argument(
            "--format", default="cqia", choices=[exporter.id for exporter in EXPORTERS]
        )
        parser.add_argument("--out", type=Path, help="a file, not standard output")

    def handle(self, **options: Any) -> None:
        releases = Release.objects.filter(project__slug=options["project"])
        if options["release"] is not None:
            releases = releases.filter(number=options["release"])
        release = releases.order_by("-number").first()
        if release is None:
            raise CommandError("There is no such release.")
        exporter = next(each for each in EXPORTERS if each.id == options["format"])
        if options["out"] is None:
            sys.stdout.buffer.writelines(lines(release, exporter))
            return
        with options["out"].open("wb") as file:
            file.writelines(lines(release, exporter))
