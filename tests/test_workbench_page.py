from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotation import desk_forms, queue, workflow
from annotation.models import (
    Annotation,
    Claim,
    Draft,
    Finding,
    Guideline,
    Mode,
    Pair,
    Project,
    Skip,
    State,
    Threshold,
)
from cqia.accounts.models import User
from tests.cast import ClientOf, MakePair

HTMX = {"HX-Request": "true"}
BENCH = "/p/tea/annotate/"


@pytest.fixture
def desk(annotator: User, client_of: ClientOf) -> Client:
    """The annotator's browser."""
    return client_of(annotator)


@pytest.fixture
def pair(make_pair: MakePair) -> Pair:
    return make_pair("为什么天是蓝的？", "因为瑞利散射。", state=State.QUEUED)


def post(client: Client, verb: str, data: dict[str, Any] | None = None) -> HttpResponse:
    """Post to the claim on the page, as htmx does."""
    claim = Claim.objects.exclude(holder=None).latest("held_since")
    url = reverse(f"annotation:{verb}", args=["tea", claim.pk])
    return client.post(url, data or {}, headers=HTMX)  # type: ignore[return-value]


def test_it_shows_the_claimed_pair_and_its_answer(
    desk: Client, pair: Pair, annotator: User
) -> None:
    page = desk.get(BENCH).content.decode()
    assert page.startswith("<!doctype html>")
    assert "<p>为什么天是蓝的？</p>" in page
    assert "<p>因为瑞利散射。</p>" in page
    assert "\n因为瑞利散射。</textarea>" in page
    assert Claim.objects.get().holder == annotator


def test_it_brings_the_next_pair_with_the_submit(
    desk: Client, pair: Pair, make_pair: MakePair
) -> None:
    make_pair("月亮为什么有圆缺？", state=State.QUEUED)
    desk.get(BENCH)
    response = post(desk, "submit", {"verb": "accept", "text": "因为瑞利散射。"})
    piece = response.content.decode()
    assert response.status_code == 200
    assert "<!doctype" not in piece
    assert "月亮为什么有圆缺？" in piece
    assert 'Today <b data-today="1">1</b>' in piece
    assert Annotation.objects.get().verb == "accept"


def test_it_goes_back_to_the_page_without_htmx(desk: Client, pair: Pair) -> None:
    desk.get(BENCH)
    url = reverse("annotation:submit", args=["tea", Claim.objects.get().pk])
    response = desk.post(url, {"verb": "accept"})
    assert (response.status_code, response["Location"]) == (302, BENCH)


def test_it_shows_untrusted_text_as_text(desk: Client, make_pair: MakePair) -> None:
    evil = "<script>alert(1)</script></textarea><img src=x onerror=alert(2)>"
    make_pair(evil, evil, state=State.QUEUED)
    page = desk.get(BENCH).content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page
    assert page.count("</textarea>") == 5  # question, input, answer, two notes


def test_it_says_why_a_decision_was_refused_and_leaves_the_page(desk: Client, pair: Pair) -> None:
    desk.get(BENCH)
    response = post(desk, "submit", {"verb": "reject"})
    assert response.status_code == 400
    assert response["HX-Retarget"] == "#said"
    assert "Choose why this pair is rejected." in response.content.decode()


def test_it_says_that_the_lease_is_lost_and_keeps_the_text(
    desk: Client, pair: Pair, second_annotator: User, annotator: User
) -> None:
    desk.get(BENCH)
    Claim.objects.update(holder=second_annotator)
    response = post(desk, "submit", {"verb": "rewrite", "text": "写了一半"})
    assert response.status_code == 409
    assert "your text is kept as a draft" in response.content.decode()
    assert Draft.objects.get(author=annotator).fields == {"text": "写了一半"}


def test_it_says_so_on_the_whole_page_without_htmx(
    desk: Client, pair: Pair, second_annotator: User
) -> None:
    desk.get(BENCH)
    Claim.objects.update(holder=second_annotator)
    url = reverse("annotation:submit", args=["tea", Claim.objects.get().pk])
    response = desk.post(url, {"verb": "rewrite", "text": "写了一半"})
    assert response.status_code == 409
    assert "your text is kept as a draft" in response.content.decode()
    assert "Others have the rest" in response.content.decode()


@pytest.mark.parametrize("verb", ["save-draft", "renew", "skip"])
def test_it_tells_of_a_lost_lease_at_every_verb(
    desk: Client, pair: Pair, second_annotator: User, verb: str
) -> None:
    desk.get(BENCH)
    Claim.objects.update(holder=second_annotator)
    assert post(desk, verb, {"text": "半", "why": "unclear"}).status_code == 409


def test_it_brings_a_draft_back_when_the_pair_is_opened_again(desk: Client, pair: Pair) -> None:
    desk.get(BENCH)
    saved = post(desk, "save-draft", {"text": "因为散射。", "reasons": ["ad"], "note": "注"})
    assert "Saved " in saved.content.decode()
    assert 'id="lease"' in saved.content.decode()
    page = desk.get(BENCH).content.decode()
    assert "\n因为散射。</textarea>" in page
    assert "\n注</textarea>" in page
    assert 'value="ad" checked' in page
    assert "Draft of " in page


def test_it_renews_the_lease(desk: Client, pair: Pair) -> None:
    desk.get(BENCH)
    Claim.objects.update(held_until=timezone.now() + timedelta(seconds=30))
    assert "29:59" in post(desk, "renew").content.decode()
    assert Claim.objects.filter(held_until__gt=timezone.now() + timedelta(minutes=29)).exists()


def test_it_skips_without_coming_round_again(desk: Client, pair: Pair) -> None:
    desk.get(BENCH)
    piece = post(desk, "skip", {"why": "unclear"}).content.decode()
    assert "You skipped 1 pair that is still open." in piece
    assert Skip.objects.get().pair == pair
    again = desk.post(reverse("annotation:take-up", args=["tea"]), headers=HTMX)
    assert "为什么天是蓝的？" in again.content.decode()


def test_it_shows_the_remark_and_the_last_text_of_a_pair_sent_back(
    desk: Client, pair: Pair, reviewer: User
) -> None:
    desk.get(BENCH)
    post(desk, "submit", {"verb": "rewrite", "text": "天空散射蓝光。"})
    workflow.move("return", pair, reviewer, note="请写明波长")
    queue.reopen(pair)
    page = desk.get(BENCH).content.decode()
    assert "Sent back by a reviewer" in page
    assert "请写明波长" in page
    assert "\n天空散射蓝光。</textarea>" in page


def test_it_asks_for_a_ranking_of_several_answers(desk: Client, make_pair: MakePair) -> None:
    make_pair("问", "甲", "乙", state=State.QUEUED)
    page = desk.get(BENCH).content.decode()
    assert 'name="place-1"' in page
    assert 'name="place-2"' in page
    assert 'value="accept"' not in page
    post(desk, "submit", {"verb": "rank", "place-1": "2", "place-2": "1"})
    assert len(Annotation.objects.get().tiers) == 2


@pytest.mark.parametrize(("score", "said"), [(0.9, True), (0.1, False)])
def test_it_shows_what_lies_beyond_a_line_that_only_warns(
    desk: Client, pair: Pair, *, score: float, said: bool
) -> None:
    Finding.objects.create(
        pair=pair,
        project=pair.project,
        check_id="punctuation",
        version=1,
        score=score,
        evidence="茶,水",
    )
    assert ("茶,水" in desk.get(BENCH).content.decode()) is said


def test_it_goes_by_the_line_of_the_project(desk: Client, pair: Pair) -> None:
    values = {"project": pair.project, "check_id": "punctuation"}
    Finding.objects.create(pair=pair, version=1, score=0.9, evidence="茶,水", **values)
    Threshold.objects.create(enabled=False, high=0.95, **values)
    assert "茶,水" not in desk.get(BENCH).content.decode()


def test_it_records_the_guideline_that_was_on_the_page(
    desk: Client, pair: Pair, project: Project
) -> None:
    seen = Guideline.objects.create(project=project, version=3, text="写清楚")
    assert 'name="guideline" value="3"' in desk.get(BENCH).content.decode()
    post(desk, "submit", {"verb": "accept", "guideline": "3"})
    assert Annotation.objects.get().guideline == seen


def test_it_shows_the_guideline_beside_the_work_and_as_a_page(
    desk: Client, project: Project
) -> None:
    Guideline.objects.create(project=project, version=1, text="**写清楚**")
    url = reverse("annotation:guideline", args=["tea"])
    assert "<strong>写清楚</strong>" in desk.get(url).content.decode()
    assert "<!doctype" not in desk.get(url, headers=HTMX).content.decode()


def test_it_counts_what_an_edit_changes(desk: Client, pair: Pair) -> None:
    desk.get(BENCH)
    piece = post(desk, "difference", {"text": "因为米氏散射。"}).content.decode()
    assert "<del>瑞利散射</del><ins>米氏散射</ins>" in piece
    assert "<ins>+4</ins> <del>−4</del> (57%)" in piece
    assert "unchanged" in post(desk, "difference", {"text": "因为瑞利散射。"}).content.decode()


def test_it_compares_no_pair_of_somebody_else(
    desk: Client, pair: Pair, second_annotator: User
) -> None:
    desk.get(BENCH)
    Claim.objects.update(holder=second_annotator)
    assert post(desk, "difference", {"text": "猜"}).status_code == 404


def test_it_previews_what_is_written(desk: Client, project: Project) -> None:
    url = reverse("annotation:preview-text", args=["tea"])
    page = desk.post(url, {"text": "**粗** <b>x</b>"}).content.decode()
    assert "<strong>粗</strong> &lt;b&gt;" in page


def test_it_says_that_nothing_was_imported(desk: Client, project: Project) -> None:
    assert "No file has been imported" in desk.get(BENCH).content.decode()


def test_it_says_that_nothing_has_passed(desk: Client, make_pair: MakePair) -> None:
    make_pair(state=State.DROPPED)
    assert "none has passed the pre-filter yet" in desk.get(BENCH).content.decode()


def test_it_says_that_all_is_done(desk: Client, pair: Pair) -> None:
    desk.get(BENCH)
    assert "Everything is annotated" in post(desk, "submit", {"verb": "accept"}).content.decode()


def test_it_says_until_when_others_hold_the_rest(
    desk: Client, pair: Pair, second_annotator: User, project: Project
) -> None:
    claim = queue.claim_next(second_annotator, project)
    assert claim is not None
    assert claim.held_until is not None
    until = timezone.localtime(claim.held_until).strftime("%H:%M")
    assert f"If it is not finished by {until}, it becomes free." in desk.get(BENCH).content.decode()


def test_it_says_that_another_person_must_decide(
    desk: Client, project: Project, make_pair: MakePair
) -> None:
    project.annotators_per_pair = 2
    project.save()
    make_pair(state=State.QUEUED)
    desk.get(BENCH)
    piece = post(desk, "submit", {"verb": "accept"}).content.decode()
    assert "1 pair waits for the decision of another person." in piece


@pytest.mark.parametrize(("who", "status"), [("reviewer", 403), ("lead", 403), ("outsider", 404)])
def test_it_lets_annotators_in_only(
    who: str, status: int, request: pytest.FixtureRequest, project: Project, client_of: ClientOf
) -> None:
    client = client_of(request.getfixturevalue(who))
    assert client.get(BENCH).status_code == status


def test_it_knows_no_claim_of_another_project(desk: Client, pair: Pair) -> None:
    elsewhere = Project.objects.create(slug="coffee", name="咖啡馆")
    Claim.objects.update(project=elsewhere)
    url = reverse("annotation:submit", args=["tea", Claim.objects.get().pk])
    assert desk.post(url, {"verb": "accept"}, headers=HTMX).status_code == 404


def test_it_takes_a_nul_and_an_endless_text_for_bad_input(desk: Client, pair: Pair) -> None:
    desk.get(BENCH)
    assert post(desk, "submit", {"verb": "rewrite", "text": "一\x00"}).status_code == 400
    assert post(desk, "submit", {"verb": "rewrite", "text": "一" * 200_001}).status_code == 400
    assert post(desk, "submit", {"verb": "dance"}).status_code == 400
    assert not Annotation.objects.exists()


def shown_with(claim: Claim) -> dict[str, str]:
    """What the page posts beside a decision where it shows the next pair already."""
    return {"verb": "accept", "shown": str(claim.pk)}


@pytest.fixture
def three(make_pair: MakePair) -> list[Pair]:
    return [make_pair(f"{number}问", "答", state=State.QUEUED) for number in "一二三"]


def test_it_brings_the_pair_after_the_one_on_the_page(desk: Client, three: list[Pair]) -> None:
    desk.get(BENCH)
    first = Claim.objects.get(pair=three[0])
    url = reverse("annotation:ahead", args=["tea"])
    piece = desk.post(url, {"shown": first.pk}, headers=HTMX).content.decode()
    assert "二问" in piece
    second = Claim.objects.get(pair=three[1])
    assert second.holder is not None
    assert second.held_since is None


def test_it_begins_the_pair_that_is_shown_and_brings_the_one_after_it(
    desk: Client, three: list[Pair], annotator: User, project: Project
) -> None:
    desk.get(BENCH)
    first = Claim.objects.get(pair=three[0])
    ahead = queue.claim_ahead(annotator, project, first)
    assert ahead is not None
    url = reverse("annotation:submit", args=["tea", first.pk])
    response = desk.post(url, shown_with(ahead), headers=HTMX)
    assert "三问" in response.content.decode()
    assert int(response["X-Lease"]) > 29 * 60
    ahead.refresh_from_db()
    assert ahead.held_since is not None
    assert Claim.objects.filter(held_since=None).exclude(holder=None).get().pair == three[2]


def test_it_brings_nothing_where_nothing_follows(
    desk: Client, pair: Pair, make_pair: MakePair, annotator: User, project: Project
) -> None:
    make_pair("月亮为什么有圆缺？", state=State.QUEUED)
    desk.get(BENCH)
    first = Claim.objects.get(pair=pair)
    ahead = queue.claim_ahead(annotator, project, first)
    assert ahead is not None
    url = reverse("annotation:submit", args=["tea", first.pk])
    response = desk.post(url, shown_with(ahead), headers=HTMX)
    assert (response.status_code, response.content) == (204, b"")


def test_it_takes_no_decision_from_the_page_of_somebody_else(
    desk: Client, pair: Pair, second_annotator: User
) -> None:
    desk.get(BENCH)
    response = post(desk, "submit", {"verb": "accept", "as": second_annotator.pk})
    assert response.status_code == 403
    assert not Annotation.objects.exists()


def test_it_keeps_no_page_for_the_back_button(desk: Client, pair: Pair) -> None:
    assert "no-store" in desk.get(BENCH)["Cache-Control"]


def test_it_skips_for_a_reason(desk: Client, pair: Pair) -> None:
    desk.get(BENCH)
    assert post(desk, "skip", {"why": "other"}).status_code == 400
    post(desk, "skip", {"why": "other", "skip_note": "看不懂"})
    skip = Skip.objects.get()
    assert (skip.reason, skip.note) == ("other", "看不懂")


def test_it_takes_a_skip_that_comes_twice_for_one(desk: Client, pair: Pair) -> None:
    desk.get(BENCH)
    url = reverse("annotation:skip", args=["tea", Claim.objects.get().pk])
    for _time in range(2):
        assert desk.post(url, {"why": "unclear"}, headers=HTMX).status_code == 200
    assert Skip.objects.count() == 1


def test_it_says_that_the_project_is_paused(desk: Client, pair: Pair, project: Project) -> None:
    Project.objects.update(paused_at=timezone.now(), pause_note="周一再来")
    page = desk.get(BENCH).content.decode()
    assert "The project is paused" in page
    assert "周一再来" in page


def test_it_shows_what_the_project_asks(desk: Client, pair: Pair, project: Project) -> None:
    criteria = [{"key": "help", "zh": "有用", "en": "Helpful", "low": 1, "high": 5, "line": 3}]
    options = [{"key": "yes", "en": "Yes"}, {"key": "no", "en": "No"}]
    fields = [
        {"key": "law", "en": "Law", "kind": "choice", "options": options, "required": True},
        {"key": "cite", "en": "Cited", "kind": "text", "when": {"name": "law", "values": ["yes"]}},
    ]
    parts = {"reasons": [{"key": "bad", "en": "Bad"}], "criteria": criteria, "fields": fields}
    desk_forms.publish(project, User.objects.get(username="annotator"), Mode.DECIDE, parts)
    page = desk.get(BENCH).content.decode()
    assert 'name="rate-help" value="5"' in page
    assert 'name="field-law" value="no"' in page
    assert 'data-when="law" data-values="yes"' in page


def test_it_lets_the_best_of_three_be_picked(
    desk: Client, make_pair: MakePair, project: Project, annotator: User
) -> None:
    make_pair("问", "甲", "乙", "丙", state=State.QUEUED)
    desk_forms.publish(project, annotator, Mode.PICK, {"reasons": [{"key": "bad", "en": "Bad"}]})
    page = desk.get(BENCH).content.decode()
    assert 'name="best" value="3"' in page
    assert 'value="pick"' in page
    post(desk, "submit", {"verb": "pick", "best": "2"})
    assert Annotation.objects.get().verb == "pick"
