"""`cqia freeze --project SLUG --summary TEXT [--composition NAME]`: freeze a release."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from annotation import jobs
from annotation.models import Job, Project
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from review import compositions, pipeline, releases
from review.models import Composition, Release


class Command(BaseCommand):
    help = "Freeze what a composition selects, or everything approved, into a release."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", required=True, metavar="SLUG")
        parser.add_argument("--composition", metavar="NAME", help="left out: everything approved")
        parser.add_argument("--summary", required=True, help="one sentence: what is in it")
        parser.add_argument("--version-number", default="", metavar="1.2.0", help="not as proposed")
        parser.add_argument("--by", required=True, metavar="USER", help="in whose name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            job = self._job(**options)
        except CqiaError as error:
            raise CommandError(str(error)) from error
        jobs.run(job.pk, pipeline.freeze)
        job.refresh_from_db()
        if job.state != Job.State.DONE:
            raise CommandError(job.message or str(job.get_state_display()))
        release = Release.objects.get(job=job)
        text = _("Release %(version)s: %(rows)s rows, root %(root)s.")
        told = {"version": release.version, "rows": release.rows, "root": release.root}
        self.stdout.write(text % told)

    def _job(self, **options: Any) -> Job:
        project = Project.objects.filter(slug=options["project"]).first()
        if project is None:
            raise CqiaError("unknown_project", {"project": options["project"]})
        user = User.objects.filter(username=options["by"]).first()
        if user is None:
            raise CqiaError("unknown_people", {"names": options["by"]})
        summary, version = options["summary"], options["version_number"]
        if not options["composition"]:
            return releases.ask_for(project, user, summary, version=version)
        composition = Composition.objects.filter(
            project=project, name=options["composition"]
        ).first()
        if composition is None:
            raise CqiaError("unknown_composition", {"name": options["composition"]})
        return compositions.freeze(composition, user, summary, version)
