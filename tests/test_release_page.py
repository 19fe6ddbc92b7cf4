"""The page of a release, and the list of releases."""

import pytest

from cqia.accounts.models import User
from review.models import Release
from tests.cast import ClientOf, MakeAnnotated, MakeRelease


@pytest.fixture
def release(make_annotated: MakeAnnotated, make_release: MakeRelease) -> Release:
    return make_release([make_annotated("原答案。"), make_annotated(rewrite="改写后的答案。")])


def test_the_page_tells_version_rows_mix_and_root(
    release: Release, lead: User, client_of: ClientOf
) -> None:
    page = client_of(lead).get("/p/tea/releases/1/").content.decode()
    assert f"Release {release.version}" in page
    assert "社区问答 2 (100%)" in page
    assert release.root in page
    assert "By characters of answers" in page


def test_it_says_how_to_load_it(release: Release, lead: User, client_of: ClientOf) -> None:
    page = client_of(lead).get("/p/tea/releases/1/").content.decode()
    assert f"load_dataset(&quot;tea-{release.version}&quot;, &quot;cqia&quot;" in page.replace(
        '"', "&quot;"
    )


@pytest.mark.usefixtures("release")
def test_the_list_leads_to_it(release: Release, lead: User, client_of: ClientOf) -> None:
    page = client_of(lead).get("/p/tea/releases/").content.decode()
    assert f'<a href="/p/tea/releases/1/">{release.version}</a>' in page


def test_the_newest_changes_come_first_and_earlier_releases_are_folded(
    release: Release, lead: User, make_release: MakeRelease, client_of: ClientOf
) -> None:
    later = make_release()
    assert later.previous == release
    page = client_of(lead).get("/p/tea/releases/2/").content.decode()
    newest, _fold, earlier = page.partition("Earlier releases")
    assert f"Compared with {release.version}" in newest
    assert f"<h2>{release.version}" in earlier
    assert "Earlier releases" not in client_of(lead).get("/p/tea/releases/1/").content.decode()


def test_its_pages_lead_to_each_other(release: Release, lead: User, client_of: ClientOf) -> None:
    home = f"/p/tea/releases/{release.number}/"
    pages = ("", "rows/", "files/", "statistics/", "changes/", "gate/", "rehearsal/", "publish/")
    for shown in (*pages, "access"):
        page = client_of(lead).get(home + shown).content.decode()
        assert [to for to in (*pages, "access") if f'<a href="{home}{to}"' not in page] == []
        assert f'<a href="{home}{shown}" aria-current="page">' in page
