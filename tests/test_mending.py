"""Second thoughts: a submit taken back, a decision mended."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from annotation import mending, queue
from annotation.decisions import Decision, submit
from annotation.mending import MendedElsewhere, TooLate, mend, undo
from annotation.models import (
    Annotation,
    Claim,
    Draft,
    Pair,
    Project,
    Response,
    State,
    Transition,
)
from annotation.workflow import StaleState
from cqia.accounts.models import User
from review.decisions import Verdict, decide
from review.models import Review
from tests.cast import ClientOf, MakePair

WRITTEN = Decision("rewrite", text="改好了", tag="fact", note="查过", instruction="新问题")


@pytest.fixture
def claim(annotator: User, project: Project, make_pair: MakePair) -> Claim:
    make_pair(state=State.QUEUED)
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    return claim


@pytest.fixture
def decided(claim: Claim, annotator: User, project: Project) -> Annotation:
    submit(annotator, project, claim.pk, WRITTEN)
    return Annotation.objects.get()


def older(**ago: float) -> None:
    Claim.objects.update(done_at=timezone.now() - timedelta(**ago))


def return_to(annotator: User, reviewer: User) -> None:
    decide(reviewer, Pair.objects.get(), Verdict(Review.Verb.RETURN, remark="请改"))


def test_it_takes_a_submit_back_with_the_answer_it_wrote(
    decided: Annotation, annotator: User, project: Project
) -> None:
    undo(annotator, project)
    assert not Annotation.objects.exists()
    assert not Response.objects.filter(author=annotator).exists()
    assert Pair.objects.get().state == State.QUEUED
    again = queue.claim_next(annotator, project)
    assert again is not None
    assert (again.pk, again.done_at) == (decided.claim_id, None)


def test_it_gives_back_what_was_typed_as_the_draft(
    decided: Annotation, annotator: User, project: Project
) -> None:
    undo(annotator, project)
    kept = Draft.objects.get(author=annotator).fields
    assert (kept["text"], kept["tag"], kept["note"]) == ("改好了", "fact", "查过")
    assert kept["instruction"] == "新问题"


def test_it_tells_the_taking_back_in_the_history(
    decided: Annotation, annotator: User, project: Project
) -> None:
    undo(annotator, project)
    last = Transition.objects.latest("id")
    assert (last.verb, last.before, last.after) == ("undo", "annotated", "queued")
    assert last.actor == annotator


def test_it_can_be_decided_anew(decided: Annotation, annotator: User, project: Project) -> None:
    undo(annotator, project)
    submit(annotator, project, decided.claim_id, Decision("accept"))
    assert Annotation.objects.get().verb == "accept"
    assert Pair.objects.get().state == State.ANNOTATED


def test_it_is_too_late_after_half_a_minute(
    decided: Annotation, annotator: User, project: Project
) -> None:
    older(seconds=31)
    with pytest.raises(TooLate):
        undo(annotator, project)
    older(seconds=28)
    undo(annotator, project)


def test_it_takes_back_one_submit_and_not_the_one_before(
    decided: Annotation, annotator: User, project: Project
) -> None:
    undo(annotator, project, decided.claim_id)
    with pytest.raises(TooLate):
        undo(annotator, project, decided.claim_id)


def test_it_takes_back_nobody_elses(
    decided: Annotation, second_annotator: User, project: Project
) -> None:
    with pytest.raises(TooLate):
        undo(second_annotator, project, decided.claim_id)
    assert Annotation.objects.exists()


def test_it_does_not_take_back_what_was_reviewed(
    decided: Annotation, annotator: User, reviewer: User, project: Project
) -> None:
    decide(reviewer, Pair.objects.get(), Verdict(Review.Verb.APPROVE))
    with pytest.raises(StaleState):
        undo(annotator, project)
    assert Claim.objects.get().done_at is not None
    assert Annotation.objects.count() == 1


def test_a_pair_sent_back_goes_back_to_being_sent_back(
    decided: Annotation, annotator: User, reviewer: User, project: Project
) -> None:
    return_to(annotator, reviewer)
    submit(annotator, project, decided.claim_id, Decision("accept"))
    undo(annotator, project)
    assert Pair.objects.get().state == State.RETURNED
    assert Transition.objects.latest("id").verb == "unmend"
    assert Annotation.objects.get() == decided


def test_it_leaves_a_pair_where_others_are_still_on_it(
    annotator: User, project: Project, make_pair: MakePair
) -> None:
    project.annotators_per_pair = 2
    project.save()
    make_pair(state=State.QUEUED)
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    submit(annotator, project, claim.pk, Decision("accept"))
    undo(annotator, project)
    assert Pair.objects.get().state == State.QUEUED
    assert not Transition.objects.filter(verb="undo").exists()


def test_it_asks_nobody_more_where_the_disagreement_was_taken_back(
    annotator: User, second_annotator: User, project: Project, make_pair: MakePair
) -> None:
    project.annotators_per_pair, project.most_annotators = 2, 3
    project.save()
    make_pair(state=State.QUEUED)
    for user, verb in ((annotator, "accept"), (second_annotator, "reject")):
        claim = queue.claim_next(user, project)
        assert claim is not None
        submit(user, project, claim.pk, Decision(verb, reasons=["ad"]))
    assert Claim.objects.count() == 3
    again = undo(second_annotator, project)
    submit(second_annotator, project, again.pk, Decision("accept"))
    assert (Claim.objects.count(), Pair.objects.get().state) == (2, State.ANNOTATED)


def test_it_mends_by_a_decision_of_its_own(
    decided: Annotation, annotator: User, project: Project
) -> None:
    new = mend(annotator, project, decided.pk, Decision("reject", reasons=["ad"]))
    assert list(Annotation.objects.order_by("id")) == [decided, new]
    assert (new.claim, new.verb, new.seconds) == (decided.claim, "reject", decided.seconds)
    assert Pair.objects.get().state == State.ANNOTATED


def test_a_reviewer_sees_the_mended_one(
    decided: Annotation, annotator: User, reviewer: User, project: Project
) -> None:
    mend(annotator, project, decided.pk, Decision("accept"))
    stale = Verdict(Review.Verb.APPROVE, annotation_id=decided.pk)
    with pytest.raises(StaleState):
        decide(reviewer, Pair.objects.get(), stale)
    review = decide(reviewer, Pair.objects.get(), Verdict(Review.Verb.APPROVE))
    assert review.response == Response.objects.get(author=None)


@pytest.mark.parametrize("verb", [Review.Verb.APPROVE, Review.Verb.RETURN])
def test_it_does_not_mend_what_was_reviewed_and_keeps_the_text(
    decided: Annotation, annotator: User, reviewer: User, project: Project, verb: Review.Verb
) -> None:
    decide(reviewer, Pair.objects.get(), Verdict(verb, remark="请改"))
    with pytest.raises(StaleState):
        mend(annotator, project, decided.pk, Decision("rewrite", text="又改了"))
    assert Annotation.objects.count() == 1
    assert Draft.objects.get().fields["text"] == "又改了"


def test_it_does_not_mend_what_another_page_mended(
    decided: Annotation, annotator: User, project: Project
) -> None:
    mend(annotator, project, decided.pk, Decision("accept"))
    with pytest.raises(MendedElsewhere):
        mend(annotator, project, decided.pk, Decision("rewrite", text="又改了"))
    assert Annotation.objects.count() == 2
    assert Draft.objects.get().fields["text"] == "又改了"


def test_it_mends_nobody_elses(
    decided: Annotation, second_annotator: User, project: Project
) -> None:
    with pytest.raises(Http404):
        mend(second_annotator, project, decided.pk, Decision("accept"))


def test_the_page_of_a_decision_is_filled_with_it(
    decided: Annotation, annotator: User, client_of: ClientOf
) -> None:
    page = client_of(annotator).get(f"/p/tea/annotate/mine/{decided.pk}/")
    work = page.context["work"]
    assert (work.mends, work.text, work.instruction) == (decided.pk, "改好了", "新问题")
    assert (work.begun.tag, work.begun.note) == ("fact", "查过")


def test_the_page_is_closed_once_it_is_reviewed(
    decided: Annotation, annotator: User, reviewer: User, client_of: ClientOf
) -> None:
    decide(reviewer, Pair.objects.get(), Verdict(Review.Verb.APPROVE))
    answer = client_of(annotator).get(f"/p/tea/annotate/mine/{decided.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/p/tea/annotate/mine/")
    assert not mending.may_mend(decided)


def test_the_page_says_why_it_refuses_and_keeps_the_text(
    decided: Annotation, annotator: User, client_of: ClientOf
) -> None:
    path = f"/p/tea/annotate/mine/{decided.pk}/"
    answer = client_of(annotator).post(path, {"verb": "rewrite", "text": "新的", "tag": "mood"})
    assert answer.status_code == 400
    assert "reasons for the change" in answer.content.decode()
    assert answer.context["work"].text == "新的"


def test_the_page_takes_back_by_a_button(
    decided: Annotation, annotator: User, client_of: ClientOf
) -> None:
    answer = client_of(annotator).post("/p/tea/annotate/undo/", {"claim": decided.claim_id})
    assert (answer.status_code, answer["Location"]) == (302, "/p/tea/annotate/")
    assert not Annotation.objects.exists()
