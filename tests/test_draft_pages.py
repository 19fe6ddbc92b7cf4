from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotation import drafts, queue
from annotation.drafts import Edit
from annotation.models import Claim, Draft, Pair, Project, State
from cqia.accounts.models import User
from tests.cast import ClientOf, MakePair

HTMX = {"HX-Request": "true"}
BENCH = "/p/tea/annotate/"


@pytest.fixture
def pair(make_pair: MakePair) -> Pair:
    return make_pair("为什么天是蓝的？", "因为瑞利散射。", state=State.QUEUED)


@pytest.fixture
def claim(annotator: User, project: Project, pair: Pair) -> Claim:
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    return claim


@pytest.fixture
def desk(annotator: User, client_of: ClientOf) -> Client:
    """The annotator's browser."""
    return client_of(annotator)


def url(name: str, pk: int) -> str:
    return reverse(f"annotation:{name}", args=["tea", pk])


def keep(user: User, pair: Pair, text: str, seen: int = 0, seat: str = "") -> Draft:
    drafts.rescue(user, pair.pk, Edit({"text": text}, seen, seat))
    return Draft.objects.get()


def test_each_save_brings_the_revision_for_the_next(desk: Client, claim: Claim) -> None:
    saved = desk.post(url("save-draft", claim.pk), {"text": "一", "draft": "0"}, headers=HTMX)
    revision = Draft.objects.get().revision
    assert f'id="draft-{claim.pk}" name="draft" value="{revision}"' in saved.content.decode()
    assert f'name="draft" value="{revision}"' in desk.get(BENCH).content.decode()


def test_it_shows_both_texts_where_another_page_has_saved(
    desk: Client, claim: Claim, pair: Pair, annotator: User
) -> None:
    draft = keep(annotator, pair, "因为米氏散射。", seat="there")
    sent = {"text": "因为瑞利散射！", "draft": "0", "seat": "here"}
    response = desk.post(url("save-draft", claim.pk), sent, headers=HTMX)
    piece = response.content.decode()
    assert (response.status_code, response["HX-Retarget"]) == (409, "#said")
    assert "<del>米氏散射。</del><ins>瑞利散射！</ins>" in piece
    assert f'name="against" value="{draft.revision}"' in piece
    assert piece.count(f'formaction="{url("resolve-draft", draft.pk)}"') == 3


def test_it_refuses_a_submit_with_both_texts(
    desk: Client, claim: Claim, pair: Pair, annotator: User
) -> None:
    keep(annotator, pair, "因为米氏散射。", seat="there")
    sent = {"verb": "rewrite", "text": "我的", "draft": "0", "seat": "here"}
    response = desk.post(url("submit", claim.pk), sent, headers=HTMX)
    assert response.status_code == 409
    assert "You wrote two texts for this pair" in response.content.decode()


def test_without_scripts_it_leads_to_the_page_with_both(
    desk: Client, claim: Claim, pair: Pair, annotator: User
) -> None:
    draft = keep(annotator, pair, "别处写的")
    response = desk.post(url("save-draft", claim.pk), {"text": "这里写的", "draft": "0"})
    assert response["Location"] == url("draft", draft.pk)
    page = desk.get(response["Location"]).content.decode()
    assert "别处" in page
    assert "<ins>这里</ins>" in page or "<del>这里</del>" in page


@pytest.mark.parametrize(
    ("choice", "text"),
    [("mine", "手上的"), ("theirs", "别处的"), ("both", "手上的\n\n别处的")],
)
def test_the_desk_begins_with_what_was_chosen(
    desk: Client, claim: Claim, pair: Pair, annotator: User, choice: str, text: str
) -> None:
    draft = keep(annotator, pair, "别处的", seat="there")
    keep(annotator, pair, "手上的旧", seat="here")
    sent = {
        "text": "手上的",
        "seat": "here",
        "draft": "0",
        "against": draft.revision,
        "rival": "",
        "choice": choice,
    }
    response = desk.post(url("resolve-draft", draft.pk), sent)
    assert response["Location"] == BENCH
    assert f"\n{text}</textarea>" in desk.get(BENCH).content.decode()
    assert Draft.objects.get().rivals == {}


def test_on_the_page_of_the_draft_one_chooses_without_a_desk(
    desk: Client, claim: Claim, pair: Pair, annotator: User
) -> None:
    keep(annotator, pair, "存的", seat="there")
    draft = keep(annotator, pair, "另一", seat="here")
    sent = {"against": draft.revision, "rival": "here", "choice": "both"}
    desk.post(url("resolve-draft", draft.pk), sent)
    assert Draft.objects.get().fields == {"text": "存的\n\n另一"}


def test_the_desk_tells_of_a_text_that_waits(
    desk: Client, claim: Claim, pair: Pair, annotator: User
) -> None:
    keep(annotator, pair, "存的", seat="there")
    draft = keep(annotator, pair, "另一", seat="here")
    assert url("draft", draft.pk) in desk.get(BENCH).content.decode()


def test_it_lists_drafts_with_what_became_of_their_pairs(
    desk: Client, claim: Claim, pair: Pair, annotator: User, second_annotator: User
) -> None:
    draft = keep(annotator, pair, "写了一半")
    assert "On your desk" in desk.get(BENCH + "drafts/").content.decode()
    Claim.objects.update(holder=second_annotator)
    page = desk.get(BENCH + "drafts/").content.decode()
    assert url("draft", draft.pk) in page
    assert "写了一半" in page
    assert "With others" in page


def test_it_says_that_there_are_none(desk: Client, project: Project) -> None:
    assert "No drafts" in desk.get(BENCH + "drafts/").content.decode()


def test_a_lost_text_is_shown_as_a_difference_to_the_original(
    desk: Client, claim: Claim, pair: Pair, annotator: User, second_annotator: User
) -> None:
    draft = keep(annotator, pair, "因为米氏散射。")
    Claim.objects.update(holder=second_annotator)
    page = desk.get(url("draft", draft.pk)).content.decode()
    assert "<del>瑞利散射</del><ins>米氏散射</ins>" in page
    assert "others have this pair" in page
    assert "Take it up again" not in page


def test_a_pair_that_is_free_is_taken_up_again_with_its_draft(
    desk: Client, claim: Claim, pair: Pair, annotator: User
) -> None:
    draft = keep(annotator, pair, "因为米氏散射。")
    Claim.objects.update(holder=None, held_since=None, held_until=None)
    assert "Take it up again" in desk.get(url("draft", draft.pk)).content.decode()
    response = desk.post(url("retake-draft", draft.pk))
    assert response["Location"] == BENCH
    assert Claim.objects.get().holder == annotator
    assert "\n因为米氏散射。</textarea>" in desk.get(BENCH).content.decode()


def test_a_pair_that_is_not_free_is_not_taken(
    desk: Client, claim: Claim, pair: Pair, annotator: User, second_annotator: User
) -> None:
    draft = keep(annotator, pair, "半")
    Claim.objects.update(holder=second_annotator)
    response = desk.post(url("retake-draft", draft.pk))
    assert response.status_code == 400
    assert "cannot be taken up again" in response.content.decode()


def test_it_discards_a_draft_as_it_was_shown(
    desk: Client, claim: Claim, pair: Pair, annotator: User
) -> None:
    draft = keep(annotator, pair, "半")
    desk.post(url("discard-draft", draft.pk), {"against": "1"})
    assert Draft.objects.exists()
    desk.post(url("discard-draft", draft.pk), {"against": draft.revision})
    assert not Draft.objects.exists()


@pytest.mark.parametrize("verb", ["draft", "resolve-draft", "discard-draft", "retake-draft"])
def test_nobody_sees_the_draft_of_another(
    claim: Claim,
    pair: Pair,
    annotator: User,
    second_annotator: User,
    client_of: ClientOf,
    verb: str,
) -> None:
    draft = keep(annotator, pair, "私")
    client: Any = client_of(second_annotator)
    ask = client.get if verb == "draft" else client.post
    assert ask(url(verb, draft.pk)).status_code == 404
    assert "私" not in client.get(BENCH + "drafts/").content.decode()
