"""One's own work: submitted, sent back, skipped; seen by nobody else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from annotation import mine, queue, workflow
from annotation.models import Annotation, Claim, GoldItem, Pair, Project, Skip, State
from cqia.accounts.models import User
from tests.cast import ClientOf, MakeAnnotated, MakePair

MINE = "/p/tea/annotate/mine/"


@pytest.fixture
def desk(annotator: User, client_of: ClientOf) -> Client:
    return client_of(annotator)


def page(client: Client, tab: str = "") -> str:
    answer = client.get(MINE, {"tab": tab} if tab else {})
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_lists_one_s_own_decisions_only(
    make_annotated: MakeAnnotated, annotator: User, second_annotator: User, project: Project
) -> None:
    ours, theirs = make_annotated(), make_annotated(by=second_annotator)
    assert [row.pair for row in mine.submitted(annotator, project)] == [ours]
    assert [row.pair for row in mine.submitted(second_annotator, project)] == [theirs]


def test_of_a_mended_decision_the_latest_is_listed(
    make_annotated: MakeAnnotated, annotator: User, project: Project
) -> None:
    first = make_annotated().annotations.get()
    again = Annotation.objects.create(
        pair=first.pair, claim=first.claim, author=annotator, verb="accept",
        response=first.response, seconds=1,
    )  # fmt: skip
    assert list(mine.submitted(annotator, project)) == [again]


@pytest.mark.parametrize(
    ("state", "mendable"),
    [("queued", True), ("annotated", True), ("returned", False), ("approved", False)],
)
def test_a_decision_is_mended_until_it_is_reviewed(
    make_annotated: MakeAnnotated, annotator: User, project: Project, state: str, *, mendable: bool
) -> None:
    Pair.objects.filter(pk=make_annotated().pk).update(state=state)
    row = mine.submitted(annotator, project).get()
    assert (mine.stand(row).state, mine.stand(row).mendable) == (state, mendable)


def test_a_known_pair_looks_like_any_other(
    make_annotated: MakeAnnotated, annotator: User, lead: User, project: Project
) -> None:
    pair = make_annotated()
    Pair.objects.filter(pk=pair.pk).update(state="approved")
    gold = GoldItem.objects.create(pair=pair, project=project, verb="accept", made_by=lead)
    Claim.objects.filter(pair=pair).update(gold=gold)
    assert mine.stand(mine.submitted(annotator, project).get()).state == State.ANNOTATED


def test_it_links_to_what_may_be_mended(desk: Client, make_annotated: MakeAnnotated) -> None:
    decision = make_annotated().annotations.get()
    assert f'href="{MINE}{decision.pk}/"' in page(desk)
    Pair.objects.update(state="approved")
    assert f'href="{MINE}{decision.pk}/"' not in page(desk)


def test_it_shows_what_was_sent_back_with_the_remark(
    desk: Client, make_annotated: MakeAnnotated, reviewer: User, annotator: User, project: Project
) -> None:
    pair = make_annotated()
    Annotation.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    workflow.move("return", pair, reviewer, note="请写明水温")
    queue.reopen(pair)
    assert "请写明水温" in page(desk, "returned")
    assert mine.to_mend(annotator, project) == 1
    assert "1 pair waits for you to mend it" in page(desk, "returned")


def test_what_was_sent_back_before_one_came_is_not_one_s_own(
    make_annotated: MakeAnnotated, reviewer: User, annotator: User, project: Project
) -> None:
    pair = make_annotated()
    workflow.move("return", pair, reviewer, note="请写明水温")
    Annotation.objects.update(created_at=timezone.now() + timedelta(minutes=1))
    assert not mine.sent_back(annotator, project).exists()


def test_it_shows_what_one_skipped_and_takes_it_up_again(
    desk: Client, make_pair: MakePair, annotator: User
) -> None:
    pair = make_pair("什么是盖碗？", state=State.QUEUED)
    Skip.objects.create(pair=pair, user=annotator, reason="too_hard", note="不懂茶")
    shown = page(desk, "skipped")
    assert "什么是盖碗？" in shown
    assert "Too hard" in shown
    assert "1 pair is kept from you" in shown
    desk.post("/p/tea/annotate/skipped")
    assert "0 pairs are kept from you" in page(desk, "skipped")


def test_a_skip_whose_time_has_passed_keeps_nothing(annotator: User, make_pair: MakePair) -> None:
    now = timezone.now()
    skip = Skip(pair=make_pair(), user=annotator, until=now - timedelta(seconds=1))
    assert not mine.is_put_off(skip, now)
    skip.until = now + timedelta(minutes=1)
    assert mine.is_put_off(skip, now)


def test_an_unknown_tab_is_the_first(desk: Client, project: Project) -> None:
    assert "Nothing submitted yet" in page(desk, "x")
