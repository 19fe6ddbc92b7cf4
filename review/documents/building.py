"""The step of freezing that writes a release's documents, from what was counted and built before it."""

import hashlib
from collections.abc import Callable, Iterator, Mapping

import pyarrow as pa
from django.template.loader import render_to_string
from django.utils import translation

from review import gate
from review.documents.configs import SPLITS, DataFile
from review.documents.croissant import croissant
from review.documents.facts import Facts
from review.documents.head import head
from review.documents.llamafactory import dataset_info, mixing
from review.exports import EXPORTERS
from review.models import Release, ReleaseFile, ReleaseItem
from review.releases import folder

Report = Callable[[int, int], None]
_MIXES = (
    ("source", "source"),
    ("task", "task type"),
    ("domain", "domain"),
    ("origin", "answer from"),
    ("licence", "licence"),
)


def build_documents(release: Release, report: Report) -> None:
    """Write each document that is not there yet, from the release's rows in the database."""
    schemas = {exporter.id: exporter.schema for exporter in EXPORTERS}
    found = list(documents(facts_of(release), schemas))
    for done, (name, content) in enumerate(found):
        report(done, len(found))
        keep(release, name, content)
    report(len(found), len(found))


def facts_of(release: Release) -> Facts:
    project = release.project
    report = gate.report_of(release)
    files = release.files.exclude(split="").order_by("filename")
    return Facts(
        name=project.name,
        slug=project.slug,
        description=project.description,
        summary=release.summary,
        version=release.version,
        previous=release.previous.version if release.previous else "",
        dated=release.dated,
        root=release.root,
        rows=(rows := release.items.filter(kind=ReleaseItem.Kind.SFT).count()),
        rejected=release.rows - rows,
        files=tuple(
            DataFile(
                file.filename,
                file.format,
                file.config or "default",
                file.split,
                file.sha256,
                file.size,
                file.rows,
            )
            for file in files
        ),
        statistics=dict(release.statistics.values_list("name", "data")),
        gate=report.figures if report else {},
        sources=tuple(report.sources) if report else (),
    )


def keep(release: Release, name: str, content: bytes, rows: int = 0) -> None:
    """Write a document under its name, all or nothing, and list it; one that is listed stays."""
    if release.files.filter(filename=name).exists():
        return
    path = folder(release) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{name}.partial")
    partial.write_bytes(content)
    partial.replace(path)
    ReleaseFile.objects.create(
        release=release,
        filename=name,
        format="document",
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        rows=rows,
    )


def documents(facts: Facts, schemas: Mapping[str, pa.Schema]) -> Iterator[tuple[str, bytes]]:
    """Each document's name and content, always in English; `schemas` by format."""
    with translation.override("en"):
        yield "README.md", _page("README.md", facts, head=head(facts, schemas))
        yield "DATASHEET.md", _page("DATASHEET.md", facts)
    yield "croissant.json", croissant(facts, schemas)
    yield "dataset_info.json", dataset_info(facts)
    if arguments := mixing(facts):
        yield "llamafactory.yaml", arguments.encode()


def _page(name: str, facts: Facts, **more: str) -> bytes:
    counted = facts.statistics
    splits = [split for split in SPLITS if any(split in config.splits for config in facts.configs)]
    context = {
        "facts": facts,
        "splits": splits,
        "configs": [(config, [config.rows(split) for split in splits]) for config in facts.configs],
        "whole": [(split, config.rows(split)) for config in facts.configs[:1] for split in splits],
        "lengths": counted.get("lengths", {}),
        "mixes": [(title, shares) for by, title in _MIXES if (shares := facts.shares(by))],
        "verdicts": counted.get("decisions", {}).get("verdicts", []),
        "people": list(counted.get("people", {}).items()),
        **more,
    }
    return render_to_string(f"review/documents/{name}", context).encode()
