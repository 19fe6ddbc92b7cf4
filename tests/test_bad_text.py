"""Texts that break programs, through the whole way of a text: draft, desk, difference, submit."""

import time
from typing import Any
from unittest.mock import ANY

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from annotation import queue
from annotation.models import Annotation, Claim, Draft, Pair, Project, State
from cqia.accounts.models import User, issue_token
from tests.cast import ClientOf, MakePair

HTMX = {"HX-Request": "true"}
TEXTS = {
    "200,000 characters": "绿茶不宜用沸水冲泡，水温八十度。" * 12_500,
    "emoji": "喝茶👨\u200d👩\u200d👧\u200d👦很好🫖，👍🏽🏴\U000e0067\U000e0062\U000e007f。",
    "rare Han": "𠮷野家的𪚥字，还有𰻝𰻝面与㐂。",
    "right to left": "مرحبا بالعالم \u202eabc\u202c，希伯来文 שלום 混排。",
    "zero width": "零\u200b宽\u200d字\ufeff符\u2060在\u00ad此。",
    "HTML": "<b>粗</b> &amp; </textarea><img src=x onerror=alert(1)> 尾。",
    "script": "<script>alert('茶')</script>\"'`${1}{{ 7|add:1 }}{% now 'Y' %} 尾。",
    "combining": "e\u0301" + "\u0323" * 50 + "茶。",
    "line ends": "一\n\n二\n\t三\u2028四\u0085五\x0b六。",
    "a table": "|名|价|\n|-|-|\n" + "|绿茶|八十元|\n" * 15_000,
}


@pytest.fixture
def pair(make_pair: MakePair) -> Pair:
    return make_pair("问", "旧答。", state=State.QUEUED)


@pytest.fixture
def claim(pair: Pair, annotator: User, project: Project) -> Claim:
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    return claim


@pytest.fixture
def desk(annotator: User, client_of: ClientOf) -> Client:
    """The annotator's browser."""
    return client_of(annotator)


def send(client: Client, name: str, claim: Claim, text: str, **fields: str) -> Any:
    """As a browser does: with two characters for a line end."""
    url = reverse(f"annotation:{name}", args=["tea", claim.pk])
    return client.post(url, {"text": text.replace("\n", "\r\n"), **fields}, headers=HTMX)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_it_comes_back_as_it_was_typed(desk: Client, claim: Claim, text: str) -> None:
    saved = send(desk, "save-draft", claim, text, draft="0")
    assert saved.status_code == 200
    assert Draft.objects.get().fields["text"] == text
    assert f"\n{escape(text)}</textarea>" in desk.get("/p/tea/annotate/").content.decode()
    draft = Draft.objects.get().revision
    assert send(desk, "submit", claim, text, verb="rewrite", draft=str(draft)).status_code == 200
    response = Annotation.objects.get().response
    assert response is not None
    assert response.text == text
    assert not Draft.objects.exists()


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_everything_that_helps_while_writing_copes(desk: Client, claim: Claim, text: str) -> None:
    begun = time.perf_counter()
    for verb in ("difference", "hints"):
        piece = send(desk, verb, claim, text)
        assert piece.status_code == 200
        assert "<script" not in piece.content.decode()
        assert "<img" not in piece.content.decode()
    assert time.perf_counter() - begun < 5
    preview = desk.post(reverse("annotation:preview-text", args=["tea"]), {"text": text})
    assert preview.status_code == 200
    assert "<script" not in preview.content.decode()


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_api_keeps_it_too(claim: Claim, annotator: User, text: str) -> None:
    headers = {"Authorization": f"Bearer {issue_token(annotator, 'script')}"}
    path = f"/api/projects/tea/claims/{claim.pk}/draft"
    saved = Client().put(path, {"text": text}, "application/json", headers=headers)
    assert saved.json() == {"seconds_left": ANY, "revision": Draft.objects.get().revision}
    kept = Client().get(path, headers=headers).json()
    assert kept["kept"]["text"] == text


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("|名|价|\n" * 850_000, 413, "More than 8 MB were sent at once. Nothing of it was stored."),
        ("|a|b|\n" * 300_000, 400, "200000 characters"),
    ],
    ids=["5 MB table", "2 MB table"],
)
@pytest.mark.parametrize("verb", ["save-draft", "submit"])
def test_what_is_too_big_is_refused_plainly_and_nothing_is_lost(
    desk: Client, claim: Claim, *, text: str, status: int, said: str, verb: str
) -> None:
    send(desk, "save-draft", claim, "先前的文字", draft="0")
    refused = send(desk, verb, claim, text, verb="rewrite")
    assert refused.status_code == status
    assert said in refused.content.decode()
    assert Draft.objects.get().fields["text"] == "先前的文字"
    assert Claim.objects.get().done_at is None
