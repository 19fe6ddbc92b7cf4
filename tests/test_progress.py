"""A person's own progress: days, what reviewers said, and why pairs were sent back."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from annotation import progress
from annotation.models import Annotation, Pair, Project, Transition
from annotation.progress import Reviewed
from cqia.accounts.models import User
from review.decisions import Verdict, decide
from review.models import Review
from tests.cast import ClientOf, MakeAnnotated

PAGE = "/p/tea/annotate/progress/"


def review(
    pair: Pair, reviewer: User, verb: str, *, text: str = "", remark: str = "", reason: str = ""
) -> None:
    """A minute after it was decided: a test is one transaction, in which the clock of history stands."""
    before = F("created_at") - timedelta(minutes=1)
    pair.annotations.update(created_at=before)
    decide(reviewer, pair, Verdict(Review.Verb(verb), text, remark, reason))


def test_it_counts_decisions_and_time_at_work_by_day(
    make_annotated: MakeAnnotated, annotator: User, project: Project
) -> None:
    today, yesterday = make_annotated(), make_annotated()
    today.annotations.update(active_seconds=90)
    yesterday.annotations.update(created_at=timezone.now() - timedelta(days=1))
    days = progress.days(annotator, project)
    assert len(days) == progress.DAYS
    assert [(day.decisions, day.active_seconds) for day in days[-3:]] == [(0, 0), (1, 0), (1, 90)]
    assert days[-1].minutes == 2


def test_a_reviewed_decision_passes_or_says_why_not(
    make_annotated: MakeAnnotated, annotator: User, reviewer: User, project: Project
) -> None:
    review(make_annotated(), reviewer, "approve")
    review(make_annotated(reject="ad"), reviewer, "approve")
    review(make_annotated(), reviewer, "fix", text="改好的回答。")
    review(make_annotated(), reviewer, "return", remark="请写明水温")
    review(make_annotated(), reviewer, "reject")
    make_annotated()  # not reviewed
    found = progress.reviewed(annotator, project)
    assert found == Reviewed(passed=2, fixed=1, returned=1, rejected=1)
    assert found.rate.value == 0.4
    assert (round(found.rate.low, 2), round(found.rate.high, 2)) == (0.12, 0.77)


def test_what_was_mended_before_the_review_has_no_say(
    make_annotated: MakeAnnotated, annotator: User, reviewer: User, project: Project
) -> None:
    first = make_annotated(reject="ad").annotations.get()
    answer = first.pair.responses.earliest("position")
    Annotation.objects.create(
        pair=first.pair,
        claim=first.claim,
        author=annotator,
        verb="accept",
        response=answer,
        seconds=1,
    )
    review(first.pair, reviewer, "approve")
    assert progress.reviewed(annotator, project) == Reviewed(1, 0, 0, 0)


def test_the_work_of_others_and_of_long_ago_has_no_say(
    make_annotated: MakeAnnotated, annotator: User, second_annotator: User, reviewer: User, project: Project
) -> None:  # fmt: skip
    review(make_annotated(by=second_annotator), reviewer, "approve")
    long_ago = make_annotated()
    long_ago.annotations.update(created_at=timezone.now() - timedelta(days=91))
    review(long_ago, reviewer, "approve")
    assert progress.reviewed(annotator, project).total == 0


def test_reasons_are_counted_in_the_words_of_the_form(
    make_annotated: MakeAnnotated, annotator: User, reviewer: User, project: Project
) -> None:
    for reason in ("wrong", "format", "wrong", "", "no key of the form"):
        review(make_annotated(), reviewer, "return", remark="请改", reason=reason)
    assert progress.reasons(annotator, project) == [("Wrong facts", 2), ("Broken format", 1)]
    assert len(progress.remarks(annotator, project)) == 5


def test_the_reason_for_rejecting_is_no_reason_for_sending_back(
    make_annotated: MakeAnnotated, annotator: User, reviewer: User, project: Project
) -> None:
    review(make_annotated(reject="ad"), reviewer, "return", remark="不是广告")
    assert progress.reasons(annotator, project) == []
    assert Transition.objects.get(verb="return").reason == ""


@pytest.fixture
def desk(annotator: User, client_of: ClientOf) -> Client:
    return client_of(annotator)


def test_the_page_tells_the_share_with_its_interval(
    desk: Client, make_annotated: MakeAnnotated, reviewer: User
) -> None:
    review(make_annotated(), reviewer, "return", remark="请写明水温", reason="wrong")
    page = desk.get(PAGE).content.decode()
    assert "<b>0%</b> of 1 reviewed decisions passed as they were (95% interval 0%–79%)." in page
    assert "请写明水温" in page
    assert "Wrong facts" in page


def test_the_page_of_a_first_day_says_what_is_missing(desk: Client, project: Project) -> None:
    page = desk.get(PAGE).content.decode()
    assert "No decision of yours has been reviewed yet." in page
    assert "days.svg" not in page


def test_its_chart_downloads_as_numbers(desk: Client, make_annotated: MakeAnnotated) -> None:
    make_annotated()
    rows = desk.get(f"{PAGE}days.csv").content.decode("utf-8-sig").splitlines()
    assert rows[0] == "label,value"
    assert rows[-1].endswith(",1.0") or rows[-1].endswith(",1")
    assert len(rows) == progress.DAYS + 1
