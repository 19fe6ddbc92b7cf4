"""What the two commands share: the file is read here and now, without a worker."""

from pathlib import Path
from typing import Any, ClassVar

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from annotation.models import Project
from cqia.lib.errors import CqiaError
from evaluation import prompts
from evaluation.models import Upload

_SHOWN = 20  # refused lines on the terminal; the page has all that are kept


class ImportCommand(BaseCommand):
    kind: ClassVar[Upload.Kind]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--project", required=True, help="its short name in addresses")
        parser.add_argument("--set", required=True, help="name of the prompt set")
        if self.kind == Upload.Kind.ANSWERS:
            parser.add_argument("--model", default="", help="whose, where a row does not say so")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            project = Project.objects.filter(slug=options["project"]).first()
            if project is None:
                raise CqiaError("unknown_project", {"project": options["project"]})
            upload = self._read(path, project, options["set"], options.get("model", ""))
        except (CqiaError, OSError) as error:
            raise CommandError(f"{path.name}: {error}") from error
        text = _("%(added)s added, %(already)s already here, %(refused)s refused.")
        figures = {"added": upload.added, "already": upload.already_here, "refused": upload.refused}
        self.stdout.write(text % figures)
        for line, reason in list(upload.refusals())[:_SHOWN]:
            self.stdout.write(f"  {path.name}:{line}: {reason}")

    def _read(self, path: Path, project: Project, name: str, model: str) -> Upload:
        """A file that is refused leaves no empty set behind."""
        with path.open("rb") as file, transaction.atomic():
            prompt_set = prompts.prompt_set_named(project, name)
            upload = prompts.keep(self.kind, prompt_set, File(file, name=path.name), None, model)
        prompts.read(upload)
        return upload
