"""Versions of the guideline: what changed, who has seen it, and that it is announced until then."""

import pytest
from django.test import Client

from annotation import guidelines
from annotation.models import Guideline, GuidelineSeen, Project, State
from cqia.accounts.models import User
from tests.cast import ClientOf, MakePair

BENCH = "/p/tea/annotate/"
NEW = "is new to you"


@pytest.fixture
def versions(project: Project) -> list[Guideline]:
    texts = ("回答要完整。", "回答要完整、准确。", "回答要完整、准确、简洁。")
    return [
        Guideline.objects.create(project=project, version=number, text=text)
        for number, text in enumerate(texts, 1)
    ]


@pytest.fixture
def desk(annotator: User, client_of: ClientOf, make_pair: MakePair) -> Client:
    make_pair(state=State.QUEUED)
    return client_of(annotator)


def test_it_compares_with_the_version_before(versions: list[Guideline]) -> None:
    change = guidelines.change(versions[2])
    assert change is not None
    assert (change.since, change.counts.inserted, change.counts.deleted) == (2, 3, 0)
    assert "<ins>、简洁</ins>" in change.html
    assert guidelines.change(versions[0]) is None


def test_it_leaves_out_what_stayed(project: Project) -> None:
    lines = [f"第{number}条\n" for number in range(1, 10)]
    old, new = "".join(lines), "".join([*lines[:4], "新的一条\n", *lines[4:]])
    Guideline.objects.create(project=project, version=1, text=old)
    change = guidelines.change(Guideline.objects.create(project=project, version=2, text=new))
    assert change is not None
    shown = "…\n第3条\n第4条\n<ins>新的一条↵\n</ins>第5条\n第6条\n…\n"
    assert change.html == shown


def test_it_compares_with_the_version_that_one_saw(versions: list[Guideline]) -> None:
    change = guidelines.change(versions[2], since=1)
    assert change is not None
    assert (change.since, change.counts.inserted) == (1, 6)


@pytest.mark.parametrize("since", [0, 3, 99])
def test_a_version_that_is_not_earlier_is_no_base(versions: list[Guideline], since: int) -> None:
    change = guidelines.change(versions[2], since)
    assert change is not None
    assert change.since == 2


def test_having_seen_a_later_version_stays(versions: list[Guideline], annotator: User) -> None:
    for version in (versions[2], versions[0]):
        guidelines.see(annotator, version)
    assert guidelines.seen_by(annotator, versions[0].project) == 3
    assert GuidelineSeen.objects.count() == 1


def test_the_desk_announces_a_version_until_it_is_seen(
    desk: Client, versions: list[Guideline], annotator: User
) -> None:
    guidelines.see(annotator, versions[1])
    page = desk.get(BENCH).content.decode()
    assert f"Guideline v3 {NEW}" in page
    assert "/p/tea/guideline/3/?since=2" in page
    desk.post("/p/tea/guideline/3/seen", headers={"HX-Request": "true"})
    assert NEW not in desk.get(BENCH).content.decode()


def test_a_project_without_a_guideline_announces_none(desk: Client, project: Project) -> None:
    assert NEW not in desk.get(BENCH).content.decode()


def test_the_page_shows_a_version_and_what_it_changed(
    desk: Client, versions: list[Guideline]
) -> None:
    page = desk.get("/p/tea/guideline/2/").content.decode()
    assert "Guideline v2" in page
    assert "<ins>、准确</ins>" in page
    assert 'href="/p/tea/guideline/1/"' in page
    assert desk.get("/p/tea/guideline/9/").status_code == 404
    assert desk.get("/p/tea/guideline/3/?since=x").status_code == 200


def test_the_latest_comes_without_a_number(desk: Client, versions: list[Guideline]) -> None:
    assert "Guideline v3" in desk.get("/p/tea/guideline/").content.decode()


def test_seen_goes_back_to_the_page_without_htmx(desk: Client, versions: list[Guideline]) -> None:
    answer = desk.post("/p/tea/guideline/3/seen")
    assert (answer.status_code, answer["Location"]) == (302, "/p/tea/guideline/3/")
