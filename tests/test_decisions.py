import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.utils import timezone

from annotation import answers, queue, workflow
from annotation.decisions import DecidedAlready, Decision, LeaseLost, submit
from annotation.models import (
    Annotation,
    Claim,
    Draft,
    Guideline,
    Pair,
    Project,
    Response,
    State,
    Transition,
)
from cqia.accounts.models import User
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError
from tests.cast import MakePair, person

ACCEPT = Decision("accept")


def claimed(user: User, project: Project) -> Claim:
    claim = queue.claim_next(user, project)
    assert claim is not None
    return claim


@pytest.fixture
def claim(annotator: User, project: Project, make_pair: MakePair) -> Claim:
    make_pair(state=State.QUEUED)
    return claimed(annotator, project)


def original_of(claim: Claim) -> Response:
    return Response.objects.get(pair=claim.pair_id, author=None)


def test_it_accepts(claim: Claim, annotator: User, project: Project) -> None:
    submit(annotator, project, claim.pk, ACCEPT)
    annotation = Annotation.objects.get()
    assert (annotation.verb, annotation.author, annotation.claim) == ("accept", annotator, claim)
    assert annotation.response == original_of(claim)
    assert Pair.objects.get().state == State.ANNOTATED
    assert Claim.objects.get().done_at is not None


def test_it_writes_the_move_into_the_history(
    claim: Claim, annotator: User, project: Project
) -> None:
    submit(annotator, project, claim.pk, ACCEPT)
    row = Transition.objects.get(pair=claim.pair_id, verb="annotate")
    assert (row.before, row.after, row.actor) == ("queued", "annotated", annotator)


def test_it_keeps_a_rewrite_as_a_child_of_the_original(
    claim: Claim, annotator: User, project: Project
) -> None:
    submit(annotator, project, claim.pk, Decision("rewrite", text="用八十度的水。\r\n再闷一分钟。"))
    written = Annotation.objects.get().response
    assert written is not None
    assert written.text == "用八十度的水。\n再闷一分钟。"
    assert (written.author, written.origin) == (annotator, "human")
    assert written.parent == original_of(claim)


def test_it_takes_an_unchanged_rewrite_for_an_accept(
    annotator: User, project: Project, make_pair: MakePair
) -> None:
    make_pair("问", "第一行\n第二行", state=State.QUEUED)
    claim = claimed(annotator, project)
    submit(annotator, project, claim.pk, Decision("rewrite", text="第一行\r\n第二行\r\n"))
    assert Annotation.objects.get().verb == "accept"
    assert Response.objects.count() == 1


def test_it_rejects_with_a_reason_and_a_note(
    claim: Claim, annotator: User, project: Project
) -> None:
    submit(annotator, project, claim.pk, Decision("reject", reasons=["ad"], note="末尾有联系方式"))
    annotation = Annotation.objects.get()
    assert (annotation.verb, annotation.reasons) == ("reject", ["ad"])
    assert (annotation.note, annotation.response) == ("末尾有联系方式", None)
    assert Pair.objects.get().state == State.ANNOTATED


def test_it_ranks_the_answers_as_this_person_saw_them(
    annotator: User, project: Project, make_pair: MakePair
) -> None:
    make_pair("问", "甲", "乙", "丙", state=State.QUEUED)
    claim = claimed(annotator, project)
    first, second, third = answers.shown(claim, annotator)
    submit(annotator, project, claim.pk, Decision("rank", places={1: 3, 2: 1, 3: 2}))
    annotation = Annotation.objects.get()
    assert annotation.tiers == [[second.pk], [third.pk], [first.pk]]
    assert annotation.shown == [first.pk, second.pk, third.pk]
    assert annotation.response_id == second.pk


def test_it_shuffles_answers_for_each_person_and_always_alike(
    annotator: User, second_annotator: User, project: Project, make_pair: MakePair
) -> None:
    pairs = [make_pair("问", "甲", "乙", "丙", state=State.QUEUED) for _ in range(8)]
    claims = list(Claim.objects.filter(pair__in=pairs))
    mine = [answers.shown(claim, annotator) for claim in claims]
    assert mine == [answers.shown(claim, annotator) for claim in claims]
    assert mine != [answers.shown(claim, second_annotator) for claim in claims]
    assert any([answer.text for answer in row] != ["甲", "乙", "丙"] for row in mine)


@pytest.mark.parametrize(
    ("texts", "decision", "code"),
    [
        (["甲"], Decision("reject"), "reason_missing"),
        (["甲"], Decision("reject", reasons=["boring"]), "reason_missing"),
        (["甲"], Decision("rewrite", text=" \n"), "empty_rewrite"),
        (["甲"], Decision("rank", places={1: 1}), "one_answer"),
        (["甲", "乙"], ACCEPT, "not_ranked"),
        (["甲", "乙"], Decision("rewrite", text="丙"), "not_ranked"),
        (["甲", "乙"], Decision("rank", places={1: 1}), "rank_all"),
        (["甲", "乙"], Decision("rank", places={1: 1, 3: 2}), "rank_all"),
    ],
)
def test_it_says_what_is_missing_and_keeps_the_pair_open(
    annotator: User,
    project: Project,
    make_pair: MakePair,
    texts: list[str],
    decision: Decision,
    code: str,
) -> None:
    make_pair("问", *texts, state=State.QUEUED)
    claim = claimed(annotator, project)
    with pytest.raises(CqiaError) as caught:
        submit(annotator, project, claim.pk, decision)
    assert caught.value.code == code
    assert Claim.objects.get().done_at is None
    assert Pair.objects.get().state == State.QUEUED


def test_it_cannot_accept_where_there_is_no_answer(
    claim: Claim, annotator: User, project: Project
) -> None:
    Response.objects.all().delete()
    with pytest.raises(CqiaError, match="no answer to accept"):
        submit(annotator, project, claim.pk, ACCEPT)
    submit(annotator, project, claim.pk, Decision("rewrite", text="新写的回答"))
    assert Response.objects.get().parent is None


def test_it_counts_a_repeated_submit_once(claim: Claim, annotator: User, project: Project) -> None:
    for _ in range(2):
        submit(annotator, project, claim.pk, ACCEPT)
    assert Annotation.objects.get().verb == "accept"
    assert not Draft.objects.exists()


def test_it_counts_a_repeated_rewrite_once(claim: Claim, annotator: User, project: Project) -> None:
    for _ in range(2):
        submit(annotator, project, claim.pk, Decision("rewrite", "水温八十度，泡三分钟。"))
    assert Response.objects.filter(author=annotator).count() == 1
    assert not Draft.objects.exists()


def test_it_tells_who_decided_otherwise_on_another_page_and_keeps_the_text(
    claim: Claim, annotator: User, project: Project
) -> None:
    submit(annotator, project, claim.pk, ACCEPT)
    with pytest.raises(DecidedAlready) as caught:
        submit(annotator, project, claim.pk, Decision("rewrite", "水温八十度，泡三分钟。"))
    assert (caught.value.status, Annotation.objects.get().verb) == (409, "accept")
    assert Draft.objects.get().fields["text"] == "水温八十度，泡三分钟。"


def test_it_keeps_the_text_of_a_lost_lease(
    claim: Claim, annotator: User, second_annotator: User, project: Project
) -> None:
    Claim.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert claimed(second_annotator, project).pk == claim.pk
    with pytest.raises(LeaseLost) as caught:
        submit(annotator, project, claim.pk, Decision("rewrite", text="写了一半"))
    assert caught.value.status == 409
    assert Draft.objects.get(author=annotator).fields == {"text": "写了一半"}
    assert not Annotation.objects.exists()
    assert Claim.objects.get().holder == second_annotator


def test_it_takes_a_late_submit_while_nobody_else_was_given_the_pair(
    claim: Claim, annotator: User, project: Project
) -> None:
    Claim.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    submit(annotator, project, claim.pk, ACCEPT)
    assert Annotation.objects.count() == 1


def test_it_refuses_a_pair_that_stands_elsewhere(
    claim: Claim, annotator: User, project: Project
) -> None:
    Pair.objects.update(state=State.DROPPED)
    with pytest.raises(workflow.StaleState):
        submit(annotator, project, claim.pk, ACCEPT)
    assert not Annotation.objects.exists()
    assert Claim.objects.get().done_at is None


def test_it_knows_no_claim_of_another_project(claim: Claim, annotator: User) -> None:
    other = Project.objects.create(slug="coffee", name="咖啡馆")
    with pytest.raises(Http404):
        submit(annotator, other, claim.pk, ACCEPT)


def test_it_deletes_the_draft(claim: Claim, annotator: User, project: Project) -> None:
    Draft.objects.create(pair=claim.pair, author=annotator, fields={"text": "半"})
    submit(annotator, project, claim.pk, ACCEPT)
    assert not Draft.objects.exists()


def test_it_records_the_guideline_seen_and_the_time_taken(
    claim: Claim, annotator: User, project: Project
) -> None:
    seen = Guideline.objects.create(project=project, version=1, text="一")
    Guideline.objects.create(project=project, version=2, text="二")
    Claim.objects.update(held_since=timezone.now() - timedelta(seconds=90))
    submit(annotator, project, claim.pk, Decision("accept", guideline_id=seen.pk))
    annotation = Annotation.objects.get()
    assert annotation.guideline == seen
    assert 90 <= annotation.seconds < 100


def test_it_moves_the_pair_with_the_last_slot(
    annotator: User, second_annotator: User, project: Project, make_pair: MakePair
) -> None:
    project.annotators_per_pair = 2
    project.save()
    make_pair(state=State.QUEUED)
    submit(annotator, project, claimed(annotator, project).pk, ACCEPT)
    assert Pair.objects.get().state == State.QUEUED
    submit(second_annotator, project, claimed(second_annotator, project).pk, ACCEPT)
    assert Pair.objects.get().state == State.ANNOTATED


@pytest.mark.django_db(transaction=True)
def test_of_two_who_finish_the_last_slots_at_once_one_moves_the_pair(
    project: Project, make_pair: MakePair
) -> None:
    project.annotators_per_pair = 2
    project.save()
    people = [person(name, project, Role.ANNOTATOR) for name in ("he", "she")]
    for _ in range(5):
        make_pair(state=State.QUEUED)
        claims = [claimed(user, project) for user in people]
        gate = threading.Barrier(2)

        def finish(user: User, claim: Claim, gate: threading.Barrier = gate) -> None:
            gate.wait()
            submit(user, project, claim.pk, ACCEPT)
            connection.close()

        threads = [
            threading.Thread(target=finish, args=both) for both in zip(people, claims, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert set(Pair.objects.values_list("state", flat=True)) == {State.ANNOTATED}
    assert Transition.objects.filter(verb="annotate").count() == 5
