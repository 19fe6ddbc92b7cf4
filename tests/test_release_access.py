"""Who may read a release: its leads, and whom they let in."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from annotation.models import Project
from cqia.accounts.models import AuditEntry, User
from cqia.accounts.roles import Role
from review import freezing, releases
from review.access import open_to, readable
from review.documents.building import keep
from review.models import Release, ReleaseAccess
from tests.cast import ClientOf, MakeAnnotated

Who = ReleaseAccess.Who
EVALUATES = frozenset({Role.EVALUATOR})
PAGES = ("", "files/", "SHA256SUMS", "tombstones.json")


@pytest.fixture
def release(
    make_approved: MakeAnnotated, project: Project, lead: User, settings: Any, tmp_path: Path
) -> Release:
    """Frozen, with one file."""
    settings.MEDIA_ROOT = tmp_path
    make_approved()
    release = freezing.freeze(releases.ask_for(project, lead, "茶"))
    keep(release, "README.md", b"# Tea")
    return release


@pytest.fixture
def people(lead: User, annotator: User, evaluator: User, outsider: User) -> dict[str, User]:
    return {user.username: user for user in (lead, annotator, evaluator, outsider)}


@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        (None, (200, 403, 403, 404)),
        (Who.LEADS, (200, 403, 403, 404)),
        (Who.MEMBERS, (200, 200, 200, 404)),
        (Who.NAMED, (200, 403, 200, 200)),
        (Who.SIGNED_IN, (200, 200, 200, 200)),
    ],
)
def test_it_lets_in_those_and_only_those(
    release: Release,
    people: dict[str, User],
    client_of: ClientOf,
    who: Who | None,
    statuses: tuple[int, ...],
) -> None:
    if who is not None:
        open_to(release, who, [people["evaluator"], people["outsider"]], people["lead"])
    names = ("lead", "annotator", "evaluator", "outsider")
    for page in PAGES:
        address = f"/p/tea/releases/{release.number}/{page}"
        found = [client_of(people[name]).get(address).status_code for name in names]
        assert found == list(statuses), page


@pytest.mark.parametrize("who", Who)
def test_nobody_without_an_account_reads_it(release: Release, lead: User, who: Who) -> None:
    open_to(release, who, [], lead)
    answer = Client().get(f"/p/tea/releases/{release.number}/files/")
    assert (answer.status_code, "/accounts/login/" in answer["Location"]) == (302, True)


def test_the_api_serves_whom_a_release_is_open_to(
    release: Release, lead: User, outsider: User, client_of: ClientOf
) -> None:
    address = f"/api/projects/tea/releases/{release.number}/files/README.md"
    assert client_of(outsider).head(address).status_code == 404
    open_to(release, Who.SIGNED_IN, [], lead)
    assert client_of(outsider).head(address).status_code == 200


def test_readers_change_nothing(
    release: Release, lead: User, evaluator: User, client_of: ClientOf
) -> None:
    open_to(release, Who.MEMBERS, [], lead)
    client = client_of(evaluator)
    address = f"/p/tea/releases/{release.number}/access"
    assert client.get(address).status_code == 403
    assert client.post(address, {"who": "everyone"}).status_code == 403
    assert "/access" not in client.get(f"/p/tea/releases/{release.number}/files/").content.decode()


def test_a_lead_names_people_and_it_is_recorded(
    release: Release, lead: User, outsider: User, client_of: ClientOf
) -> None:
    address = f"/p/tea/releases/{release.number}/access"
    answer = client_of(lead).post(address, {"who": "named", "people": "outsider"})
    assert (answer.status_code, list(release.access.people.all())) == (302, [outsider])
    entry = AuditEntry.objects.get(action="release access changed")
    assert entry.details == {"number": release.number, "who": "named", "people": ["outsider"]}
    client_of(lead).post(address, {"who": "members", "people": "outsider"})
    assert not release.access.people.exists()


def test_it_says_whom_it_does_not_know(release: Release, lead: User, client_of: ClientOf) -> None:
    address = f"/p/tea/releases/{release.number}/access"
    answer = client_of(lead).post(address, {"who": "named", "people": "nobody\nlead"})
    assert answer.status_code == 400
    assert "Nobody here has this name: nobody" in answer.content.decode()
    assert not ReleaseAccess.objects.exists()


def test_it_lists_what_somebody_may_read(
    release: Release, project: Project, lead: User, evaluator: User, outsider: User
) -> None:
    assert list(readable(evaluator, project, EVALUATES)) == []
    open_to(release, Who.MEMBERS, [], lead)
    assert list(readable(evaluator, project, EVALUATES)) == [release]
    assert list(readable(outsider, project, frozenset())) == []
    assert list(readable(lead, project, frozenset({Role.LEAD}))) == [release]


@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        (None, (200, 403, 403, 404)),
        (Who.MEMBERS, (200, 200, 200, 404)),
        (Who.NAMED, (200, 403, 200, 200)),
    ],
)
def test_the_list_is_for_those_who_may_read_one(
    release: Release,
    people: dict[str, User],
    client_of: ClientOf,
    who: Who | None,
    statuses: tuple[int, ...],
) -> None:
    if who is not None:
        open_to(release, who, [people["evaluator"], people["outsider"]], people["lead"])
    names = ("lead", "annotator", "evaluator", "outsider")
    found = [client_of(people[name]).get("/p/tea/releases/") for name in names]
    assert tuple(page.status_code for page in found) == statuses
    shown = [page.content.decode() for page in found if page.status_code == 200]
    assert all(f'href="/p/tea/releases/{release.number}/"' in page for page in shown)
    # Freezing, composing and withdrawing are for leads alone.
    assert ["/p/tea/compositions/" in page for page in shown] == [True] + [False] * (len(shown) - 1)


def test_the_list_tells_only_of_what_is_open(
    release: Release, evaluator: User, lead: User, client_of: ClientOf, project: Project
) -> None:
    kept = freezing.freeze(releases.ask_for(project, lead, "秘"))
    open_to(release, Who.MEMBERS, [], lead)
    page = client_of(evaluator).get("/p/tea/releases/").content.decode()
    addresses = [f'href="/p/tea/releases/{one.number}/"' in page for one in (release, kept)]
    assert addresses == [True, False]
