import threading

import pytest
from django.db import DatabaseError, connection

from annotation.models import Claim, Pair, Project, State, Transition
from annotation.workflow import StaleState
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from review.decisions import OwnWork, Verdict, decide, inbox
from review.models import Review
from tests.cast import MakeAnnotated, MakePair

APPROVE = Verdict(Review.Verb.APPROVE)


def test_it_lists_what_others_annotated(
    make_annotated: MakeAnnotated, make_pair: MakePair, reviewer: User, project: Project
) -> None:
    waiting, _own, _queued = make_annotated(), make_annotated(by=reviewer), make_pair()
    assert list(inbox(reviewer, project)) == [waiting]


def test_it_approves_what_the_annotator_wrote(
    make_annotated: MakeAnnotated, reviewer: User
) -> None:
    pair = make_annotated(rewrite="水温八十度左右为宜。")
    review = decide(reviewer, pair, APPROVE)
    assert Pair.objects.get(pk=pair.pk).state == State.APPROVED
    assert review.response is not None
    assert review.response.text == "水温八十度左右为宜。"
    last = Transition.objects.filter(pair=pair).last()
    assert last is not None
    assert (last.verb, last.actor) == ("approve", reviewer)


def test_it_approves_the_prompt_as_the_annotator_left_it(
    make_annotated: MakeAnnotated, reviewer: User
) -> None:
    pair = make_annotated()
    pair.annotations.update(instruction="改过的问题？")
    review = decide(reviewer, pair, Verdict(Review.Verb.FIX, text="改过的答案。"))
    assert (review.instruction, review.input) == ("改过的问题？", None)


def test_it_agrees_to_reject_where_all_answers_are_bad(
    make_annotated: MakeAnnotated, reviewer: User
) -> None:
    pair = make_annotated("甲", "乙")
    pair.annotations.update(verb="rank", all_bad=True, response=None)
    assert decide(reviewer, pair, APPROVE).verb == "reject"


def test_it_fixes_and_approves(make_annotated: MakeAnnotated, reviewer: User) -> None:
    pair = make_annotated()
    review = decide(reviewer, pair, Verdict(Review.Verb.FIX, text="改过的答案。"))
    assert review.verb == "fix"
    assert review.response is not None
    assert (review.response.text, review.response.author) == ("改过的答案。", reviewer)
    assert review.response.parent == pair.responses.earliest("id")


def test_a_fix_that_changes_nothing_approves(make_annotated: MakeAnnotated, reviewer: User) -> None:
    pair = make_annotated("原来的答案。")
    assert decide(reviewer, pair, Verdict(Review.Verb.FIX, text="原来的答案。")).verb == "approve"
    assert pair.responses.count() == 1


def test_it_refuses_an_empty_fix(make_annotated: MakeAnnotated, reviewer: User) -> None:
    pair = make_annotated()
    with pytest.raises(CqiaError) as caught:
        decide(reviewer, pair, Verdict(Review.Verb.FIX, text="  "))
    assert caught.value.code == "text_missing"
    assert Pair.objects.get(pk=pair.pk).state == State.ANNOTATED


def test_it_sends_back_to_the_same_annotator(
    make_annotated: MakeAnnotated, reviewer: User, annotator: User
) -> None:
    pair = make_annotated()
    decide(reviewer, pair, Verdict(Review.Verb.RETURN, remark="请补充出处。"))
    assert Pair.objects.get(pk=pair.pk).state == State.RETURNED
    claim = Claim.objects.get(pair=pair)
    assert (claim.holder, claim.done_at) == (annotator, None)
    last = Transition.objects.filter(pair=pair).last()
    assert last is not None
    assert last.note == "请补充出处。"


def test_it_wants_a_remark_when_sending_back(make_annotated: MakeAnnotated, reviewer: User) -> None:
    with pytest.raises(CqiaError, match="what is to be mended"):
        decide(reviewer, make_annotated(), Verdict(Review.Verb.RETURN))


def test_agreeing_with_a_rejection_rejects(make_annotated: MakeAnnotated, reviewer: User) -> None:
    pair = make_annotated(reject="wrong")
    assert decide(reviewer, pair, APPROVE).verb == "reject"
    assert Pair.objects.get(pk=pair.pk).state == State.REJECTED
    last = Transition.objects.filter(pair=pair).last()
    assert last is not None
    assert last.reason == "wrong"


def test_nobody_reviews_their_own_work(make_annotated: MakeAnnotated, annotator: User) -> None:
    with pytest.raises(OwnWork):
        decide(annotator, make_annotated(), APPROVE)


def test_a_review_is_never_changed(make_annotated: MakeAnnotated, reviewer: User) -> None:
    review = decide(reviewer, make_annotated(), APPROVE)
    with pytest.raises(DatabaseError, match="never changed"):
        Review.objects.filter(pk=review.pk).update(remark="später")


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_once_one_wins(
    make_annotated: MakeAnnotated, reviewer: User, lead: User
) -> None:
    pair, gate = make_annotated(), threading.Barrier(2)
    outcomes: list[str] = []

    def review(user: User) -> None:
        gate.wait()
        try:
            outcomes.append(decide(user, Pair.objects.get(pk=pair.pk), APPROVE).verb)
        except StaleState:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=review, args=[user]) for user in (reviewer, lead)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["approve", "stale"]
    assert Review.objects.filter(pair=pair).count() == 1
