"""What the page shows of a text while it is written: the difference, the counts, the preview."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from annotation import queue
from annotation.models import Claim, Project, State
from cqia import environment
from cqia.accounts.models import User
from cqia.lib import tokens
from tests.cast import ClientOf, MakePair

ORIGINAL = "绿茶不宜用沸水冲泡。晚上下雨，记得带伞。图书馆周末不开门。"


@pytest.fixture
def claim(annotator: User, project: Project, make_pair: MakePair) -> Claim:
    make_pair("问", ORIGINAL, state=State.QUEUED)
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    return claim


@pytest.fixture
def desk(annotator: User, client_of: ClientOf) -> Client:
    """The annotator's browser."""
    return client_of(annotator)


def difference(client: Client, claim: Claim, text: str, **fields: str) -> str:
    url = reverse("annotation:difference", args=["tea", claim.pk])
    return client.post(url, {"text": text, **fields}).content.decode()


def test_width_and_white_space_are_no_change(desk: Client, claim: Claim) -> None:
    text = ORIGINAL.replace("，", ",\r\n").replace("。", "。 ")
    piece = difference(desk, claim, text)
    assert "unchanged" in piece
    assert "<ins" not in piece


def test_it_counts_characters_without_white_space(desk: Client, claim: Claim) -> None:
    assert "29 characters" in difference(desk, claim, ORIGINAL + "\r\n \u3000")
    assert "1 character<" in difference(desk, claim, " 𠮷 ")
    assert "1,234 characters" in difference(desk, claim, "茶" * 1234)


def test_it_shows_what_moved(desk: Client, claim: Claim) -> None:
    piece = difference(desk, claim, "晚上下雨，记得带伞。图书馆周末不开门。绿茶不宜用沸水冲泡。")
    assert "10 moved" in piece
    assert 'class="moved"' in piece
    assert "<ins>+0</ins> <del>−0</del> (0%)" in piece


def test_more_than_three_fifths_new_folds_the_difference(desk: Client, claim: Claim) -> None:
    assert "Mostly rewritten" in difference(desk, claim, "天空散射蓝光，所以是蓝的。")
    assert "Mostly rewritten" not in difference(desk, claim, ORIGINAL + "多带一把伞。")


def test_it_compares_with_the_answer_that_was_picked(
    desk: Client, annotator: User, project: Project, make_pair: MakePair
) -> None:
    make_pair("问", "天空是蓝的。", "草地是绿的。", state=State.QUEUED)
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    both = [difference(desk, claim, "天空是蓝的。", best=best) for best in ("1", "2")]
    assert sorted("unchanged" in piece for piece in both) == [False, True]
    assert "<ins>+6</ins>" in difference(desk, claim, "天空是蓝的。", best="99")


def test_it_refuses_what_is_too_long(desk: Client, claim: Claim) -> None:
    url = reverse("annotation:preview-text", args=["tea"])
    response = desk.post(url, {"text": "茶" * 200_001})
    assert response.status_code == 400
    assert "The text has 200001 characters; at most 200000 are possible." in (
        response.content.decode()
    )


def test_it_counts_a_line_end_once(desk: Client, claim: Claim) -> None:
    """A browser sends two characters for each: a text of the greatest length is none too many."""
    url = reverse("annotation:save-draft", args=["tea", claim.pk])
    text = "茶\r\n" * 100_000
    assert desk.post(url, {"text": text}, headers={"HX-Request": "true"}).status_code == 200
    assert desk.post(url, {"text": text + "茶"}).status_code == 400


def test_it_previews_formulas_and_code(desk: Client, project: Project) -> None:
    url = reverse("annotation:preview-text", args=["tea"])
    page = desk.post(url, {"text": "$a^2$\n```python\nx = 1\n```"}).content.decode()
    assert "<msup>" in page
    assert '<pre class="code">' in page


# Tokens


@pytest.fixture
def tokenizer(tmp_path: Path) -> str:
    """A tokenizer.json of four words, by spaces."""
    package = pytest.importorskip("tokenizers", reason="the package tokenizers is not installed")
    words = {"茶": 0, "水": 1, "[UNK]": 2}
    made = package.Tokenizer(package.models.WordLevel(words, unk_token="[UNK]"))
    made.pre_tokenizer = package.pre_tokenizers.WhitespaceSplit()
    path = str(tmp_path / "tokenizer.json")
    made.save(path)
    return path


def test_it_counts_tokens_by_the_tokenizer_given(
    desk: Client, claim: Claim, settings: Any, tokenizer: str
) -> None:
    settings.TOKENIZER = tokenizer
    assert tokens.count_tokens("茶 水 伞") == 3
    assert "3 tokens" in difference(desk, claim, "茶 水 伞")


def test_without_a_tokenizer_it_shows_no_tokens(desk: Client, claim: Claim, settings: Any) -> None:
    settings.TOKENIZER = ""
    assert "token" not in difference(desk, claim, "茶 水 伞")


def test_a_broken_tokenizer_is_told_in_the_log_and_counts_nothing(
    settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text("{}")
    settings.TOKENIZER = str(path)
    assert tokens.count_tokens("茶") is None
    assert "tokenizer unreadable" in caplog.text


def test_a_tokenizer_that_is_not_there_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CQIA_TOKENIZER", "/nowhere/tokenizer.json")
    with pytest.raises(ImproperlyConfigured, match="CQIA_TOKENIZER: there is no file /nowhere"):
        environment.path("CQIA_TOKENIZER")
    monkeypatch.delenv("CQIA_TOKENIZER")
    assert environment.path("CQIA_TOKENIZER") == ""
