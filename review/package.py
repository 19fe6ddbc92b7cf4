"""What the page of a release shows of its files: one line a format, the card, the changelog."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from cqia.lib import markdown
from review.exports import EXPORTERS
from review.gate import report_of
from review.models import Release, ReleaseFile, Withdrawal
from review.releases import folder

_READ = markdown.LENGTH_LIMIT  # characters of a document that are shown


@dataclass(frozen=True)
class Format:
    """The files of one format, those of every split and kind together."""

    id: str
    name: str | Promise
    description: str | Promise
    files: int
    rows: int
    size: int


def formats(release: Release) -> list[Format]:
    """In the order of the exporters; those that have no files yet are not listed."""
    counted = {
        row["format"]: row
        for row in release.files.exclude(split="")
        .order_by()
        .values("format")
        .annotate(files=Count("pk"), rows=Sum("rows"), size=Sum("size"))
    }
    return [
        Format(exporter.id, exporter.name, exporter.description, **_sums(counted[exporter.id]))
        for exporter in EXPORTERS
        if exporter.id in counted
    ]


def _sums(row: Mapping[str, Any]) -> dict[str, int]:
    return {key: row[key] for key in ("files", "rows", "size")}


def gate(release: Release) -> dict[str, Any]:
    """For review/_gate.html: the gate's report, what it told of, and how many rows were let through."""
    report = report_of(release)
    found = {"told": 0, "waived": 0}
    if report is not None:
        found = report.problems.aggregate(told=Count("pk"), waived=Coalesce(Sum("waived"), 0))
    return {"report": report, **found}


def document(release: Release, name: str) -> SafeString | None:
    """A Markdown document of the release as safe HTML, without head and title; None before it is built."""
    text = _read(release, name)
    return None if text is None else markdown.render(_body(text))


def changelog(release: Release) -> tuple[SafeString, SafeString] | None:
    """Of this release, and of the earlier ones (empty of the first); None before it is written."""
    text = _read(release, "CHANGELOG.md")
    if text is None:
        return None
    newest, mark, earlier = _body(text).strip().partition("\n## ")
    return markdown.render(newest), markdown.render(mark + earlier)


def _read(release: Release, name: str) -> str | None:
    path = folder(release) / name
    if not release.files.filter(filename=name).exists() or not path.is_file():
        return None
    with path.open(encoding="utf-8") as file:
        return file.read(_READ)


def _body(text: str) -> str:
    """Without its YAML head and its title: the page has one."""
    if text.startswith("---\n"):
        text = text.partition("\n---\n")[2]
    title, _end, rest = text.lstrip().partition("\n")
    return rest if title.startswith("# ") else text


def listed(releases: QuerySet[Release]) -> QuerySet[Release]:
    """Each with the bytes of its files as `size`, and whether it is `withdrawn`."""
    sizes = ReleaseFile.objects.filter(release=OuterRef("pk")).order_by().values("release")
    return releases.annotate(
        size=Subquery(sizes.annotate(size=Sum("size")).values("size")),
        withdrawn=Exists(Withdrawal.objects.filter(release=OuterRef("pk"))),
    )
