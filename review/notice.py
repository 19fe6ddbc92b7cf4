"""NOTICE: whose texts a release holds, under which licence, and what was let through by whom.

Plain English text, from the gate's report as it was kept with the release and from the rows alone, so
that it is the same wherever it is built; people are named by their pseudonyms.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Count

from review import gate, licence_table
from review.documents.building import keep
from review.frozen_rows import pseudonym
from review.licence_table import Table
from review.models import GateReport, Release

NAME = "NOTICE"


def write_notice(release: Release, report: Callable[[int, int], None]) -> None:
    """The step of freezing: written once, from what was kept."""
    if not release.files.filter(filename=NAME).exists():
        keep(release, NAME, "".join(f"{line}\n" for line in lines(release)).encode())
    report(1, 1)


def lines(release: Release) -> Iterator[str]:
    found = gate.report_of(release)
    counted = release.items.filter(copy=0).values("source", "licence").annotate(n=Count("id"))
    rows = {(one["source"], one["licence"]): one["n"] for one in counted}
    yield f"{release.project.name} {release.version}"
    if release.summary:
        yield release.summary
    yield ""
    yield "This dataset holds texts of the sources below. What their licences allow is a reading of"
    yield "those who made it, and no legal advice."
    if found is None:
        yield from _bare(rows)
        return
    yield f"Checked for this use: {found.use}. Licence table: version {found.table}."
    table = licence_table.version(release.project, found.table)
    for source in found.sources:
        here = sum(count for (name, _licence), count in rows.items() if name == source["name"])
        if here:
            yield from _source(table, source, here)
    yield from _waived(release, found)


def _bare(rows: dict[tuple[str, str], int]) -> Iterator[str]:
    """What the rows themselves say."""
    for (name, licence), count in sorted(rows.items()):
        yield from ("", name, f"    rows: {count}", f"    licence: {licence or 'not stated'}")


def _source(table: Table, source: dict[str, Any], rows: int) -> Iterator[str]:
    row = table.row("licence", source["licence_kind"])
    yield ""
    yield source["name"]
    yield f"    rows: {rows}"
    yield f"    licence: {source['licence'] or 'not stated'} ({source['licence_kind']})"
    if row.notice:
        yield f"    {row.notice}"
    if source["terms_url"]:
        yield f"    stated at: {source['terms_url']}"
    yield f"    consent: {table.row('consent', source['consent']).name}"
    if source["output_terms"] != "none":
        yield f"    model answers: {table.row('outputs', source['output_terms']).name}"


def _waived(release: Release, found: GateReport) -> Iterator[str]:
    """Rows that one person let through for one reason are one line."""
    told: dict[tuple[str, ...], int] = {}
    for one in found.waivers:
        what = " · ".join(filter(None, (one["rule"], one["subject"], one["source"])))
        reason = " ".join(one["reason"].split())
        person = pseudonym(release.seed, one["by"], "lead")
        told[what, person, reason] = told.get((what, person, reason), 0) + one["rows"]
    if told:
        yield from ("", "Let through by name")
    for (what, person, reason), count in sorted(told.items()):
        yield f"    {what}, rows: {count}, by {person}: {reason}"
