"""`cqia import FILE --project SLUG --source NAME --recipe ID`: a file into a project, in the foreground."""

import sys
import time
from argparse import ArgumentParser, BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils.translation import gettext as _

from annotation import ingest, jobs, uploads
from annotation.models import Batch, Job, Project
from annotation.sources.recipes import RECIPES
from cqia.lib.errors import CqiaError

_SHOWN = 10  # refused lines that are listed here; all of them are on the batch's page


class Command(BaseCommand):
    help = "Import a JSONL, JSON or CSV file. The same file again adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        recipes = ", ".join(recipe.id for recipe in RECIPES)
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--project", required=True, metavar="SLUG")
        parser.add_argument("--source", required=True, metavar="NAME", help="new or existing")
        parser.add_argument("--recipe", default="", help=f"{recipes}; needed for a new source")
        parser.add_argument("--licence", default="", help="of a new source, such as CC-BY-4.0")
        parser.add_argument(
            "--wait",
            action=BooleanOptionalAction,
            default=True,
            help="do the work here, or leave it to a worker",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        wanted = uploads.Wanted(options["source"], options["recipe"], options["licence"])
        try:
            project = _project(options["project"])
            taken = uploads.take(project, wanted, path, path.name, None)
        except (CqiaError, OSError) as error:
            raise CommandError(f"{path.name}: {error}") from error
        self.stdout.write(uploads.said(taken))
        if options["wait"] and taken.outcome != uploads.Outcome.ALREADY:
            self._work(taken.batch)

    def _work(self, batch: Batch) -> None:
        job = batch.job
        while job is not None and job.is_live:
            # A worker may have been faster; then this waits for it, and takes over if it dies.
            jobs.run(job.pk, lambda job: ingest.import_batch(job, self._progress))
            job.refresh_from_db()
            if job.is_live:
                time.sleep(0.5)
        batch.refresh_from_db()
        self._end(batch, job)

    def _progress(self, batch: Batch) -> None:
        if sys.stderr.isatty():
            percent = min(100, batch.next_offset * 100 // max(batch.size, 1))
            self.stderr.write(f"\r{percent:3d}%  {batch.added:,} ", ending="")
            self.stderr.flush()

    def _end(self, batch: Batch, job: Job | None) -> None:
        refused = batch.issues.filter(refused=True).order_by("line")
        if sys.stderr.isatty():
            self.stderr.write("\r", ending="")
        text = _("%(added)s added, %(already)s already here, %(refused)s refused.")
        count = refused.count()
        figures = {"added": batch.added, "already": batch.already_here, "refused": count}
        self.stdout.write(text % figures)
        for issue in refused[:_SHOWN]:
            self.stdout.write(f"  {batch.filename}:{issue.line}: {issue.message}")
        if count:
            url = reverse("annotation:batch", args=[batch.source.project.slug, batch.pk])
            self.stdout.write(_("All refused lines: %(url)s") % {"url": url})
        if job is not None and job.state != Job.State.DONE:
            raise CommandError(job.message or job.get_state_display())


def _project(slug: str) -> Project:
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        raise CqiaError("unknown_project", {"project": slug})
    return project
