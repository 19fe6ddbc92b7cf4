"""Pieces of the desk that are made once say nothing of whom or what they were first made for."""

import re

import pytest
from django.template import Engine

from annotation import queue
from annotation.models import Guideline, Project, State
from annotation.templatetags import cqia_desk
from cqia.accounts.models import User
from tests.cast import ClientOf, MakePair

BENCH = "/p/tea/annotate/"


@pytest.fixture
def two_pairs(make_pair: MakePair, project: Project) -> None:
    for question in ("为什么天是蓝的？", "月亮为什么有圆缺？"):
        make_pair(question, "说来话长。", state=State.QUEUED)
    Guideline.objects.create(project=project, version=1, text="写清楚。")


@pytest.mark.usefixtures("two_pairs")
def test_each_desk_has_its_own_numbers(
    annotator: User, second_annotator: User, project: Project, client_of: ClientOf
) -> None:
    for user in (annotator, second_annotator):
        claim = queue.claim_next(user, project)
        assert claim is not None
        page = client_of(user).get(BENCH).content.decode()
        slots = re.findall(r"/annotate/claims/(\d+)/(\w+)", page)
        assert {number for number, _ in slots} == {str(claim.pk)}
        assert {verb for _, verb in slots} >= {"submit", "draft", "renew", "skip", "difference"}
        assert set(re.findall(r"/pairs/(\d+)/comments/", page)) == {str(claim.pair_id)}
        assert f'data-claim="{claim.pk}"' in page


@pytest.mark.usefixtures("two_pairs")
def test_everybody_reads_it_with_their_keys_and_in_their_language(
    annotator: User, second_annotator: User, client_of: ClientOf
) -> None:
    annotator.keys = {"accept": "y", "difference": "x"}
    annotator.save()
    own = client_of(annotator).get(BENCH).content.decode()
    other = client_of(second_annotator)
    usual = other.get(BENCH).content.decode()
    chinese = other.get(BENCH, headers={"Accept-Language": "zh-hans"}).content.decode()
    assert 'data-key="y" id="accept">Accept <kbd>Y</kbd>' in own
    assert 'data-key="a" id="accept">Accept <kbd>A</kbd>' in usual
    assert 'data-key="a" id="accept">接受 <kbd>A</kbd>' in chinese
    assert 'data-key="x">Difference' in own
    assert "事实错误" in chinese
    assert "Wrong facts" in usual


@pytest.mark.usefixtures("two_pairs")
def test_it_begins_with_what_this_person_had_begun(
    annotator: User, second_annotator: User, project: Project, client_of: ClientOf
) -> None:
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    begun = {"verb": "reject", "reasons": ["ad", "other"], "note": "“私人”的话", "tag": "fact"}
    url = f"/p/tea/annotate/claims/{claim.pk}/draft"
    assert client_of(annotator).post(url, begun, headers={"HX-Request": "true"}).status_code == 200
    own = client_of(annotator).get(BENCH).content.decode()
    other = client_of(second_annotator).get(BENCH).content.decode()
    assert 'value="ad" checked' in own
    assert "“私人”的话</textarea>" in own
    assert '<option value="fact" selected>' in own
    assert " checked" not in other.partition('<form class="desk')[2]
    assert "私人" not in other
    assert " selected>" not in other


@pytest.mark.usefixtures("two_pairs")
def test_no_piece_names_what_it_is_not_told(
    annotator: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be empty, and nobody would be told."""
    engine = Engine.get_default()
    monkeypatch.setattr(engine, "string_if_invalid", "[%s is missing]")
    cqia_desk._made.cache_clear()
    page = client_of(annotator).get(BENCH).content.decode()
    cqia_desk._made.cache_clear()
    desk = page[page.index('<form class="desk') : page.index("</form>", page.index('id="desk"'))]
    assert "is missing]" not in desk
