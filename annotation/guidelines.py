"""The versions of a project's guideline: who has seen which, and what one changed in another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from annotation.models import Guideline, GuidelineSeen, Project
from cqia.accounts.models import User
from cqia.lib.diff import Op, Summary, diff, render_html, summary

AROUND = 2  # lines that are shown around a change


@dataclass(frozen=True)
class Change:
    """What a version changed in an earlier one."""

    since: int
    html: SafeString
    counts: Summary


def seen_by(user: User, project: Project) -> int:
    """The latest version that this person has said to have seen; 0 for none."""
    row = GuidelineSeen.objects.filter(project=project, user=user).first()
    return row.version if row else 0


def see(user: User, guideline: Guideline) -> None:
    """Remember that this person has seen a version; having seen a later one stays."""
    if seen_by(user, guideline.project) < guideline.version:
        GuidelineSeen.objects.update_or_create(
            project=guideline.project, user=user, defaults={"version": guideline.version}
        )


def change(guideline: Guideline, since: int | None = None) -> Change | None:
    """The difference to the version `since`, else to the one before; None for the first."""
    earlier = guideline.project.guidelines.filter(version__lt=guideline.version)
    base = earlier.filter(version=since).first() if since else None
    base = base or earlier.order_by("-version").first()
    if base is None:
        return None
    ops = diff(base.text, guideline.text)
    return Change(base.version, render_html(list(_near(ops))), summary(ops))


def _near(ops: Sequence[Op]) -> Iterator[Op]:
    """The changes with a few lines around each; what lies between them is left out."""
    for place, op in enumerate(ops):
        lines = op.text.splitlines(keepends=True)
        head = lines[:AROUND] if place else []
        tail = lines[-AROUND:] if place < len(ops) - 1 else []
        if op.op != "same" or len(head) + len(tail) >= len(lines):
            yield op
        else:
            yield Op("same", "".join([*head, "…\n", *tail]))
