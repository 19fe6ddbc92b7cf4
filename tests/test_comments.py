"""Comments in threads on a pair: who sees them, who is named, how they are settled."""

from typing import Any

import pytest
from django.http import Http404, HttpResponse
from django.test import Client

from annotation import comments, queue
from annotation.comments import Voice
from annotation.desk import desk_of
from annotation.models import Comment, Mention, Pair, Project, State
from cqia.accounts.models import User
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError
from tests.cast import ClientOf, MakePair

HTMX = {"HX-Request": "true"}


def voice(user: User) -> Voice:
    return Voice(user, frozenset(Role(row.role) for row in user.memberships.all()))


@pytest.fixture
def pair(make_pair: MakePair, annotator: User, project: Project) -> Pair:
    """A pair that the annotator is at."""
    pair = make_pair("为什么天是蓝的？", "因为瑞利散射。", state=State.QUEUED)
    queue.claim_next(annotator, project)
    return pair


def people(*names: str) -> list[User]:
    return [User(pk=number, username=name) for number, name in enumerate(names, 1)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@li 看一下", ["li"]),
        ("请@lilei看一下", ["lilei"]),
        ("@lilei。@li！@li", ["lilei", "li"]),
        ("写信给 a@li.cn", []),
        ("@nobody @", []),
        ("@li.lei, please", ["li.lei"]),
    ],
)
def test_it_reads_who_is_named(text: str, named: list[str]) -> None:
    found = comments.named_in(text, people("li", "lilei", "li.lei"))
    assert [user.username for user in found] == named


def test_who_is_named_is_told(pair: Pair, annotator: User, lead: User) -> None:
    comment = comments.say(voice(annotator), pair, "@lead 这题超纲吗？ @annotator")
    assert [(row.comment, row.user) for row in Mention.objects.all()] == [(comment, lead)]
    assert comments.unread(lead, pair.project) == 1


def test_an_evaluator_cannot_be_named(pair: Pair, annotator: User, evaluator: User) -> None:
    comments.say(voice(annotator), pair, "@evaluator")
    assert not Mention.objects.exists()


def test_a_reply_answers_what_named_its_writer(pair: Pair, annotator: User, lead: User) -> None:
    thread = comments.say(voice(annotator), pair, "@lead 这题超纲吗？")
    comments.say(voice(lead), pair, "不超纲。", thread.pk)
    assert comments.unread(lead, pair.project) == 0
    assert [reply.text for reply in thread.replies.all()] == ["不超纲。"]


def test_a_reply_opens_a_resolved_thread_again(pair: Pair, annotator: User, lead: User) -> None:
    thread = comments.say(voice(annotator), pair, "问")
    comments.resolve(voice(lead), pair, thread.pk, resolved=True)
    thread.refresh_from_db()
    assert (thread.resolved_by, thread.resolved_at is None) == (lead, False)
    comments.say(voice(annotator), pair, "还有一问", thread.pk)
    thread.refresh_from_db()
    assert (thread.resolved_by, thread.resolved_at) == (None, None)


@pytest.mark.parametrize(
    ("text", "said"), [("  \n", "The comment is empty"), ("长" * 4_001, "at most 4000 characters")]
)
def test_it_refuses_an_empty_and_an_endless_comment(
    pair: Pair, annotator: User, text: str, said: str
) -> None:
    with pytest.raises(CqiaError, match=said):
        comments.say(voice(annotator), pair, text)
    assert not Comment.objects.exists()


def test_annotators_decide_without_the_words_of_each_other(
    pair: Pair, annotator: User, second_annotator: User, reviewer: User
) -> None:
    comments.say(voice(annotator), pair, "我觉得答案错了")
    assert comments.threads(voice(second_annotator), pair).count() == 0
    assert comments.threads(voice(annotator), pair).count() == 1
    assert comments.threads(voice(reviewer), pair).count() == 1


def test_who_is_named_in_a_reply_sees_the_thread(
    pair: Pair, annotator: User, second_annotator: User, lead: User
) -> None:
    thread = comments.say(voice(annotator), pair, "我觉得答案错了")
    comments.say(voice(lead), pair, "@second_annotator 你看呢？", thread.pk)
    assert list(comments.threads(voice(second_annotator), pair)) == [thread]


def test_a_pair_one_never_had_does_not_exist(
    pair: Pair, second_annotator: User, project: Project
) -> None:
    with pytest.raises(Http404):
        comments.see(voice(second_annotator), project, pair.pk)


def test_nobody_answers_a_thread_they_do_not_see(
    pair: Pair, annotator: User, second_annotator: User
) -> None:
    thread = comments.say(voice(annotator), pair, "问")
    with pytest.raises(Http404):
        comments.say(voice(second_annotator), pair, "答", thread.pk)


def test_the_desk_counts_open_threads_and_mentions(
    pair: Pair, annotator: User, second_annotator: User, lead: User
) -> None:
    thread = comments.say(voice(annotator), pair, "问")
    comments.say(voice(second_annotator), pair, "不给人看的话")
    comments.say(voice(lead), pair, "@annotator 请看规范", thread.pk)
    desk = desk_of(pair.claims.get(), annotator)
    assert (desk.threads, desk.mentions) == (1, 1)
    comments.resolve(voice(annotator), pair, thread.pk, resolved=True)
    desk = desk_of(pair.claims.get(), annotator)
    assert (desk.threads, desk.mentions) == (0, 0)


# The pages


@pytest.fixture
def desk(annotator: User, client_of: ClientOf) -> Client:
    return client_of(annotator)


def post(
    client: Client, pair: Pair, verb: str, data: dict[str, Any], **headers: str
) -> HttpResponse:
    url = f"/p/tea/pairs/{pair.pk}/comments/{verb}"
    return client.post(url, data, headers=headers)  # type: ignore[return-value]


def test_a_comment_is_shown_as_text(desk: Client, pair: Pair) -> None:
    post(desk, pair, "add", {"text": "<script>alert(1)</script>"})
    page = desk.get(f"/p/tea/pairs/{pair.pk}/comments/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "为什么天是蓝的？" in page


def test_it_brings_the_threads_with_each_comment(desk: Client, pair: Pair) -> None:
    piece = post(desk, pair, "add", {"text": "问"}, **HTMX).content.decode()
    assert "<!doctype" not in piece
    assert "问" in piece
    answer = post(desk, pair, "add", {"text": "再问"})
    assert (answer.status_code, answer["Location"]) == (302, f"/p/tea/pairs/{pair.pk}/comments/")


def test_the_desk_gets_them_with_a_head(desk: Client, pair: Pair) -> None:
    url = f"/p/tea/pairs/{pair.pk}/comments/"
    piece = desk.get(url, headers=HTMX | {"HX-Target": "comments"}).content.decode()
    assert piece.lstrip().startswith("<header")
    assert "data-close-comments" in piece


def test_what_is_refused_stays_in_its_field(desk: Client, pair: Pair) -> None:
    answer = post(desk, pair, "add", {"text": "长" * 4_001}, **HTMX)
    assert answer.status_code == 400
    assert "A comment has at most 4000 characters." in answer.content.decode()
    assert "长" * 4_001 in answer.content.decode()


def test_a_thread_is_resolved_and_opened_again(desk: Client, pair: Pair, annotator: User) -> None:
    thread = comments.say(voice(annotator), pair, "问")
    post(desk, pair, f"{thread.pk}/resolve", {"resolved": "1"})
    assert Comment.objects.exclude(resolved_at=None).exists()
    post(desk, pair, f"{thread.pk}/resolve", {"resolved": "0"})
    assert not Comment.objects.exclude(resolved_at=None).exists()


def test_mentions_are_listed_and_marked_as_read(
    pair: Pair, annotator: User, lead: User, client_of: ClientOf
) -> None:
    comments.say(voice(annotator), pair, "@lead 超纲吗？")
    client = client_of(lead)
    page = client.get("/p/tea/mentions/").content.decode()
    assert "1 unread" in page
    assert "@lead 超纲吗？" in page
    client.post(f"/p/tea/mentions/{Mention.objects.get().pk}/read")
    assert "0 unread" in client.get("/p/tea/mentions/").content.decode()


def test_nobody_marks_a_mention_of_somebody_else(
    pair: Pair, annotator: User, lead: User, client_of: ClientOf
) -> None:
    comments.say(voice(annotator), pair, "@lead")
    client_of(annotator).post(f"/p/tea/mentions/{Mention.objects.get().pk}/read")
    assert Mention.objects.get().read_at is None
