"""Asking for a release, and where its files lie. What a worker does then is in review.pipeline."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from annotation import jobs
from annotation.models import Job, Pair, Project, State
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from review import numbering
from review.models import Release

TASK = "review.freeze"


def ask_for(
    project: Project,
    user: User,
    summary: str,
    composition: Mapping[str, Any] | None = None,
    version: str = "",
) -> Job:
    """Start the job that freezes a composition (its JSON; none: everything approved by then).

    `version` "" stands for the one that is proposed. Raises CqiaError where nothing is approved, the
    version is none, or there is a release of it.
    """
    if not Pair.objects.filter(project=project, state=State.APPROVED).exists():
        raise CqiaError("nothing_approved")
    if version and numbering.parsed(version) is None:
        raise CqiaError("version_unreadable", {"version": version})
    if version and project.releases.filter(version=version).exists():
        raise CqiaError("version_taken", {"version": version})
    return jobs.start(
        TASK, project, user, summary=summary, composition=composition, version=version
    )


def folder(release: Release) -> Path:
    return Path(settings.MEDIA_ROOT) / "releases" / release.project.slug / release.version
