"""release.json: what a release consists of, so that anybody can check a copy of it, without us."""

from collections.abc import Callable
from typing import Any

import orjson

from review.documents.building import keep
from review.models import Release

NAME = "release.json"
_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


def write_manifest(release: Release, report: Callable[[int, int], None]) -> None:
    """The last step: it lists the files of all others, itself apart."""
    if not release.files.filter(filename=NAME).exists():
        keep(release, NAME, orjson.dumps(manifest(release), option=_OPTIONS))
    report(1, 1)


def manifest(release: Release) -> dict[str, Any]:
    """`root`: over the digests of all rows in their order, see docs/releases.md."""
    files = release.files.exclude(filename=NAME).order_by("filename")
    return {
        "project": release.project.slug,
        "version": release.version,
        "previous": release.previous.version if release.previous else None,
        "date": release.dated.isoformat(),
        "rows": release.rows,
        "root": release.root,
        "seed": release.seed,
        "composition": release.composition,
        "files": {
            file.filename: {"sha256": file.sha256, "size": file.size, "rows": file.rows}
            for file in files
        },
    }
