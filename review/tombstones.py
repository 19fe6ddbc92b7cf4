"""What is said in public of withdrawn rows: where they were, their digest, why and when; no text."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from review.documents.building import keep
from review.models import Release, ReleaseItem

FILENAME = "tombstones.json"


def write_tombstones(release: Release, report: Callable[[int, int], None]) -> None:
    """The step of freezing: of a patched release alone, and as it was when it was patched."""
    if release.retraction_id is not None and not release.files.filter(filename=FILENAME).exists():
        rows = sum(1 for _ in _rows(release, now=False))
        keep(release, FILENAME, b"".join(text(release, now=False)), rows)
    report(1, 1)


def text(release: Release, *, now: bool = True) -> Iterator[bytes]:
    """JSON, a row a line: what is missing in a release of what the ones that it patches held.

    The same bytes every time; with `now` also what was withdrawn from the release itself since.
    """
    head = orjson.dumps({"release": release.version})[:-1]
    yield head + b',"rows":['
    between = b"\n"
    for row in _rows(release, now=now):
        yield between + orjson.dumps(row)
        between = b",\n"
    yield b"\n]}\n"


def _rows(release: Release, *, now: bool) -> Iterator[dict[str, Any]]:
    for one in patched_by(release):
        yield from _withdrawn(one, without=release)
    if now:
        yield from _withdrawn(release)


def patched_by(release: Release) -> list[Release]:
    """The releases that this one stands in for, the first of them first."""
    before: list[Release] = []
    while release.retraction_id is not None and release.previous is not None:
        release = release.previous
        before.insert(0, release)
    return before


def _withdrawn(release: Release, without: Release | None = None) -> Iterator[dict[str, Any]]:
    """By position; `without`: only what this release does not hold."""
    items = ReleaseItem.objects.filter(release=release, pair__retracted__isnull=False)
    if without is not None:
        items = items.exclude(pair__in=without.items.values("pair"))
    why = "pair__retracted__retraction__"
    columns = items.order_by("position").values_list(
        "position", "digest", f"{why}kind", f"{why}dated"
    )
    for position, digest, kind, dated in columns.iterator():
        yield {
            "version": release.version,
            "position": position,
            "digest": bytes(digest).hex(),
            "reason": kind,
            "date": dated,
        }
