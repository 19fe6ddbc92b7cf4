"""The terms of a source: what its licence's name says, and what a lead says of it."""

import pytest
from django.test import Client

from annotation import terms, uploads
from annotation.models import Source
from cqia.accounts.models import AuditEntry, User
from tests.cast import ClientOf

SAID = {
    "licence": "CC BY-NC 4.0",
    "licence_kind": "CC-BY-NC-4.0",
    "consent": "given",
    "output_terms": "no_rivals",
    "terms_url": "https://example.com/terms",
}


@pytest.fixture
def browser(lead: User, client_of: ClientOf) -> Client:
    return client_of(lead)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("CC BY 4.0", "CC-BY-4.0"),
        ("cc-by-sa-4.0", "CC-BY-SA-4.0"),
        ("MIT License", "MIT"),
        ("CC0", "CC0-1.0"),
        ("仅供研究", "research-only"),
        ("CC BY", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_name_of_a_licence_says_its_kind_or_nothing(name: str, kind: str) -> None:
    assert terms.kind_of(name) == kind


def test_a_new_source_takes_the_kind_from_the_name(source: Source) -> None:
    made = uploads._source(source.project, uploads.Wanted("新来源", "cqia", "CC BY 4.0"))
    assert (made.licence_kind, made.consent, made.output_terms) == (
        "CC-BY-4.0", "unknown", "unknown",
    )  # fmt: skip


def test_a_lead_says_the_terms_on_the_page(browser: Client, source: Source) -> None:
    page = browser.get("/p/tea/sources/").content.decode()
    assert f'action="/p/tea/sources/{source.pk}/terms"' in page
    browser.post(f"/p/tea/sources/{source.pk}/terms", SAID)
    source.refresh_from_db()
    assert {name: getattr(source, name) for name in SAID} == SAID
    assert AuditEntry.objects.get().details["source"] == "社区问答"


@pytest.mark.parametrize(
    ("field", "value"),
    [("consent", "perhaps"), ("licence_kind", "a b"), ("terms_url", "javascript:alert(1)")],
)
def test_wrong_terms_are_told_and_nothing_is_stored(
    browser: Client, source: Source, field: str, value: str
) -> None:
    answer = browser.post(f"/p/tea/sources/{source.pk}/terms", {**SAID, field: value}, follow=True)
    assert 'class="notice notice-bad"' in answer.content.decode()
    source.refresh_from_db()
    assert source.consent == "unknown"
    assert not AuditEntry.objects.exists()


def test_the_api_lists_sources_and_says_part_of_the_terms(browser: Client, source: Source) -> None:
    url = f"/api/projects/tea/sources/{source.pk}/terms"
    answer = browser.post(url, {"consent": "given"}, content_type="application/json")
    assert answer.status_code == 200
    [listed] = browser.get("/api/projects/tea/sources").json()
    assert (listed["name"], listed["consent"], listed["licence_kind"]) == (
        "社区问答", "given", "unknown",
    )  # fmt: skip
