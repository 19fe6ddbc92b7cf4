"""A project is paused: nothing new is given out; what people hold, they may still finish."""

from django.db import transaction
from django.utils import timezone

from annotation.models import Project
from cqia.accounts.models import User, record


def pause(project: Project, lead: User, note: str) -> None:
    """Give out no more pairs, and tell annotators why; of a paused project the note changes."""
    with transaction.atomic():
        project.paused_at = project.paused_at or timezone.now()
        project.pause_note = note.strip()
        project.save(update_fields=["paused_at", "pause_note"])
        record(lead, "project paused", project.pk, note=project.pause_note)


def resume(project: Project, lead: User) -> None:
    """Give out pairs again."""
    with transaction.atomic():
        project.paused_at, project.pause_note = None, ""
        project.save(update_fields=["paused_at", "pause_note"])
        record(lead, "project resumed", project.pk)
