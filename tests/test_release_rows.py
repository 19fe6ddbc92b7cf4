"""The rows of a release on their page."""

import pytest

from annotation import jobs
from annotation.models import Pair
from cqia.accounts.models import User
from review import retractions, row_pages
from review.models import Release
from review.retractions import Target, Why
from review.row_pages import page_of
from tests.cast import ClientOf, MakeAnnotated, MakeRelease

PAGE = "/p/tea/releases/1/rows/"


@pytest.fixture
def release(make_annotated: MakeAnnotated, make_release: MakeRelease) -> Release:
    return make_release([make_annotated(f"答案之{number}。") for number in "甲乙丙"])


def places(release: Release, after: str = "", **asked: str) -> list[int]:
    return [row.position for row in page_of(release, asked, after).rows]


def test_it_goes_on_where_a_page_ends(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_pages, "SHOWN", 2)
    first = page_of(release, {}, "")
    assert ([row.position for row in first.rows], first.after) == ([1, 2], 2)
    assert (places(release, "2"), page_of(release, {}, "2").after) == ([3], None)


def test_a_row_is_found_by_its_number_and_by_its_digest(release: Release) -> None:
    digest = bytes(release.items.get(position=2).digest).hex()
    assert places(release, row="#2") == places(release, row=digest.upper()) == [2]
    assert places(release, row="0" * 64) == places(release, row="茶") == []


def test_rows_are_chosen_by_source_and_split(release: Release) -> None:
    assert places(release, source="社区问答", split="train") == [1, 2, 3]
    assert places(release, split="test") == places(release, source="另一个") == []


def test_each_row_leads_to_its_proof_and_its_withdrawal(
    release: Release, lead: User, client_of: ClientOf
) -> None:
    item = release.items.get(position=2)
    page = client_of(lead).get(f"{PAGE}?row=2").content.decode()
    assert "答案之乙。" in page
    assert "答案之甲。" not in page
    assert f"{PAGE}2/proof.json" in page
    assert f"q={bytes(item.digest).hex()}&amp;pair={item.pair_id}" in page


@pytest.mark.usefixtures("release")
@pytest.mark.parametrize("asked", ["row=99", "split=none", "row=" + "9" * 80, "after=x&row=4"])
def test_it_says_that_no_row_fits(lead: User, client_of: ClientOf, asked: str) -> None:
    assert "No row fits" in client_of(lead).get(f"{PAGE}?{asked}").content.decode()


def test_a_withdrawn_text_is_shown_no_more(
    release: Release, lead: User, client_of: ClientOf
) -> None:
    gone = Pair.objects.get(release_items__release=release, release_items__position=2)
    why = Why("consent", "来信")
    made = retractions.withdraw(release.project, lead, Target(pairs=[gone.pk]), why)
    jobs.run(made.job_id, retractions.carry_out)
    page = client_of(lead).get(PAGE).content.decode()
    assert "Withdrawn; its text is no longer shown." in page
    assert ("答案之乙。" in page, "答案之甲。" in page) == (False, True)
