"""The licence table: ours at first, then a project's own versions."""

from dataclasses import replace

import pytest
from django.db import DatabaseError

from annotation import terms
from annotation.models import Project, Source
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from review import licence_table
from review.licence_table import UNKNOWN, Table
from review.models import LicenceTable
from tests.cast import ClientOf


def with_row(table: Table, key: str, /, **changed: str) -> list[licence_table.Row]:
    return [replace(row, **changed) if row.key == key else row for row in table.rows]


def test_the_first_version_has_every_kind_a_source_can_be_given() -> None:
    table = licence_table.first()
    assert {row.key for row in table.of("licence")} == set(terms.KINDS)
    assert {row.key for row in table.of("consent")} == set(Source.Consent.values)
    assert {row.key for row in table.of("outputs")} == set(Source.OutputTerms.values) - {"none"}


def test_what_the_table_does_not_know_counts_as_unknown() -> None:
    row = licence_table.first().row("licence", "my-own-1.0")
    assert (row.key, row.research, row.commercial, row.open) == (
        UNKNOWN, "ask", "forbidden", "forbidden",
    )  # fmt: skip


def test_every_save_is_a_version_and_the_last_one_counts(project: Project, lead: User) -> None:
    first = licence_table.in_force(project)
    saved = licence_table.save(project, lead, with_row(first, "MIT", open="ask"), "律师的意见")
    assert (saved.number, licence_table.in_force(project)) == (2, saved)
    assert [one.row.key for one in licence_table.changes(first, saved)] == ["MIT"]
    assert licence_table.save(project, lead, saved.rows) == saved
    with pytest.raises(DatabaseError, match="never changed"):
        LicenceTable.objects.update(note="")


@pytest.mark.parametrize(
    ("key", "changed", "said"),
    [
        ("MIT", {"key": "CC0-1.0"}, "two rows for “CC0-1.0”"),
        (UNKNOWN, {"key": "whatever"}, "Keep a row “unknown”"),
        ("MIT", {"open": "maybe"}, "Say of each use"),
    ],
)
def test_it_refuses_a_table_by_which_nothing_can_be_decided(
    project: Project, lead: User, key: str, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(CqiaError, match=said):
        licence_table.save(project, lead, with_row(licence_table.first(), key, **changed))
    assert not LicenceTable.objects.exists()


def posted(table: Table, **changed: str) -> dict[str, str]:
    """The table as its page sends it."""
    data = {"note": "律师的意见"}
    for part in licence_table.PARTS:
        rows = table.of(part)
        data |= {f"{part}-TOTAL_FORMS": str(len(rows)), f"{part}-INITIAL_FORMS": str(len(rows))}
        for number, row in enumerate(rows):
            told = {name: value for name, value in vars(row).items() if name != "part"}
            data |= {f"{part}-{number}-{name}": value for name, value in told.items()}
    return {**data, **changed}


def test_its_page_saves_a_version_and_shows_what_changed(
    project: Project, lead: User, client_of: ClientOf
) -> None:
    client, table = client_of(lead), licence_table.first()
    place = [row.key for row in table.of("licence")].index("MIT")
    data = posted(table, **{f"licence-{place}-open": "forbidden"})
    assert client.post("/p/tea/releases/licences/", data).status_code == 302
    [kept] = LicenceTable.objects.all()
    assert (kept.number, kept.author, kept.note) == (2, lead, "律师的意见")
    assert licence_table.in_force(project).row("licence", "MIT").open == "forbidden"
    page = client.get("/p/tea/releases/licences/2/").content.decode()
    assert page.count(">changed<") == 1
    assert client.get("/p/tea/releases/licences/9/").status_code == 404


def test_its_page_tells_what_is_wrong(project: Project, lead: User, client_of: ClientOf) -> None:
    wrong = posted(licence_table.first(), **{"licence-0-key": "MIT"})
    answer = client_of(lead).post("/p/tea/releases/licences/", wrong)
    assert (answer.status_code, "two rows for “MIT”" in answer.content.decode()) == (400, True)


def test_its_page_removes_licences_but_no_answer_on_consent(
    project: Project, lead: User, client_of: ClientOf
) -> None:
    emptied = {"licence-0-key": "", "consent-0-key": ""}
    client_of(lead).post("/p/tea/releases/licences/", posted(licence_table.first(), **emptied))
    left = licence_table.in_force(project)
    assert len(left.of("licence")) == len(licence_table.first().of("licence")) - 1
    assert left.of("consent") == licence_table.first().of("consent")


def test_the_api_gives_and_takes_the_table(
    project: Project, lead: User, client_of: ClientOf
) -> None:
    client = client_of(lead)
    table = client.get("/api/projects/tea/licences").json()
    assert table["number"] == 1
    table["rows"][0]["open"] = "ask"
    answer = client.post("/api/projects/tea/licences", table, content_type="application/json")
    assert (answer.status_code, answer.json()["number"]) == (201, 2)
