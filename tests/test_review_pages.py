import pytest
from django.test import Client

from annotation.models import Pair, State
from cqia.accounts.models import User, issue_token
from review.models import Review
from tests.cast import ClientOf, MakeAnnotated


def test_it_shows_the_difference_first(
    make_annotated: MakeAnnotated, reviewer: User, client_of: ClientOf
) -> None:
    pair = make_annotated("用沸水冲泡。", rewrite="用八十度的水冲泡。")
    page = client_of(reviewer).get(f"/p/tea/review/{pair.pk}/").content.decode()
    assert "<del>沸水</del>" in page
    assert "<ins>" in page
    assert page.index('class="diff"') < page.index("Final answer")


def test_it_shows_markup_as_text(
    make_annotated: MakeAnnotated, reviewer: User, client_of: ClientOf
) -> None:
    pair = make_annotated("<script>alert(1)</script>好。")
    page = client_of(reviewer).get(f"/p/tea/review/{pair.pk}/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_it_goes_on_with_the_next_after_a_verdict(
    make_annotated: MakeAnnotated, reviewer: User, client_of: ClientOf
) -> None:
    first, second = make_annotated(), make_annotated()
    client = client_of(reviewer)
    answer = client.post(f"/p/tea/review/{first.pk}/decide", {"verb": "approve"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/p/tea/review/{second.pk}/"
    assert Pair.objects.get(pk=first.pk).state == State.APPROVED


def test_it_keeps_what_was_typed_when_it_refuses(
    make_annotated: MakeAnnotated, reviewer: User, client_of: ClientOf
) -> None:
    pair = make_annotated()
    data = {"verb": "return", "remark": " ", "text": "草稿"}
    answer = client_of(reviewer).post(f"/p/tea/review/{pair.pk}/decide", data)
    assert answer.status_code == 400
    assert "Say what is to be mended" in answer.content.decode()
    assert "草稿" in answer.content.decode()


def test_a_second_verdict_is_told_somebody_was_faster(
    make_annotated: MakeAnnotated, reviewer: User, client_of: ClientOf
) -> None:
    pair, client = make_annotated(), client_of(reviewer)
    client.post(f"/p/tea/review/{pair.pk}/decide", {"verb": "approve"})
    answer = client.post(f"/p/tea/review/{pair.pk}/decide", {"verb": "reject"})
    assert answer.status_code == 409
    assert Review.objects.filter(pair=pair).count() == 1


def test_nobody_reviews_their_own_on_the_page(
    make_annotated: MakeAnnotated, reviewer: User, client_of: ClientOf
) -> None:
    pair = make_annotated(by=reviewer)
    answer = client_of(reviewer).post(f"/p/tea/review/{pair.pk}/decide", {"verb": "approve"})
    assert answer.status_code == 403


@pytest.mark.usefixtures("reviewer")
def test_an_empty_inbox_says_what_comes_here(reviewer: User, client_of: ClientOf) -> None:
    assert "Nothing waits for review" in client_of(reviewer).get("/p/tea/review/").content.decode()


def test_a_program_reviews_with_a_token(
    make_annotated: MakeAnnotated, reviewer: User, client: Client
) -> None:
    pair = make_annotated()
    answer = client.post(
        f"/api/projects/tea/pairs/{pair.pk}/review",
        {"verb": "fix", "text": "改过。"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {issue_token(reviewer, 'test')}"},
    )
    assert (answer.status_code, answer.json()["verb"]) == (201, "fix")
    assert Review.objects.get(pair=pair).reviewer == reviewer
