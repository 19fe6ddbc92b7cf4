"""An annotator has second thoughts at the moment in which a reviewer decides."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from annotation import decisions
from annotation.decisions import Decision
from annotation.mending import TooLate, mend, undo
from annotation.models import Annotation, Pair, Project
from annotation.workflow import StaleState
from cqia.accounts.models import User
from review.decisions import Verdict, decide
from review.models import Review
from tests.cast import MakeAnnotated


@pytest.fixture
def decided(make_annotated: MakeAnnotated) -> Annotation:
    return make_annotated().annotations.get()


def at_once(*acts: Callable[[], object]) -> list[Exception]:
    """What went wrong of acts that begin together."""
    gate, faults = threading.Barrier(len(acts)), list[Exception]()

    def run(act: Callable[[], object]) -> None:
        gate.wait()
        try:
            act()
        except Exception as fault:
            faults.append(fault)
        connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


@pytest.mark.django_db(transaction=True)
def test_a_review_waits_for_a_mend_under_way(
    decided: Annotation,
    annotator: User,
    reviewer: User,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written, write = threading.Event(), decisions.write

    def slowly(*args: Any) -> Annotation:
        made = write(*args)
        written.set()
        time.sleep(0.5)
        return made

    def review() -> None:
        written.wait(20)
        decide(reviewer, pair, Verdict(Review.Verb.APPROVE, annotation_id=decided.pk))

    monkeypatch.setattr(decisions, "write", slowly)
    pair = Pair.objects.get()
    [fault] = at_once(lambda: mend(annotator, project, decided.pk, Decision("accept")), review)
    assert isinstance(fault, StaleState)
    assert not Review.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", [Review.Verb.APPROVE, Review.Verb.RETURN])
def test_of_an_undo_and_a_review_at_once_one_wins(
    decided: Annotation, annotator: User, reviewer: User, project: Project, verb: Review.Verb
) -> None:
    """In no order do they wait for each other for ever."""
    pair = Pair.objects.get()
    [fault] = at_once(
        lambda: undo(annotator, project),
        lambda: decide(reviewer, pair, Verdict(verb, remark="请改")),
    )
    assert isinstance(fault, StaleState | TooLate)
    assert Annotation.objects.count() == Review.objects.count()
