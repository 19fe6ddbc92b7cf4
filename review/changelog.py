"""CHANGELOG.md: what a release has that the one before it has not, and the other way round."""

from collections.abc import Callable

from django.template.loader import render_to_string
from django.utils import translation

from review import changes
from review.documents.building import keep
from review.models import Release

NAME = "CHANGELOG.md"
_LISTED = 20  # rows of each kind that the file names (a default of this project)


def write_changelog(release: Release, report: Callable[[int, int], None]) -> None:
    if not release.files.filter(filename=NAME).exists():
        keep(release, NAME, text(release).encode())
    report(1, 1)


def text(release: Release) -> str:
    """Always in English, from frozen rows alone; the earlier releases in a line each."""
    before = release.previous
    found = changes.changes(before, release, _LISTED) if before is not None else None
    with translation.override("en"):
        context = {"release": release, "found": found, "earlier": _earlier(release)}
        return render_to_string("review/documents/CHANGELOG.md", context)


def _earlier(release: Release) -> list[Release]:
    found: list[Release] = []
    one = release.previous
    while one is not None:
        found.append(one)
        one = one.previous
    return found
