import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from annotation import pauses, queue, workflow
from annotation.decisions import Decision, submit
from annotation.models import Claim, Draft, Pair, Project, State
from cqia.accounts.models import User
from cqia.accounts.roles import Role
from tests.cast import MakePair, person


@pytest.fixture
def two_each(project: Project) -> Project:
    project.annotators_per_pair = 2
    project.save()
    return project


def run_out() -> None:
    Claim.objects.filter(done_at=None).update(held_until=timezone.now() - timedelta(seconds=1))


def decide(user: User, project: Project) -> Pair:
    claim = queue.claim_next(user, project)
    assert claim is not None
    submit(user, project, claim.pk, Decision("accept"))
    return claim.pair


def test_it_gives_the_oldest_pair_first(
    annotator: User, project: Project, make_pair: MakePair
) -> None:
    oldest = make_pair(state=State.QUEUED)
    make_pair(state=State.QUEUED)
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    assert claim.pair == oldest


def test_it_gives_the_same_pair_again_until_it_is_decided(
    annotator: User, project: Project, make_pair: MakePair
) -> None:
    make_pair(state=State.QUEUED)
    make_pair(state=State.QUEUED)
    assert queue.claim_next(annotator, project) == queue.claim_next(annotator, project)
    assert Claim.objects.filter(holder=annotator).count() == 1


def test_it_gives_two_people_different_pairs(
    annotator: User, second_annotator: User, project: Project, make_pair: MakePair
) -> None:
    make_pair(state=State.QUEUED)
    assert queue.claim_next(annotator, project) is not None
    assert queue.claim_next(second_annotator, project) is None


def test_it_never_gives_one_person_both_slots_of_a_pair(
    annotator: User, second_annotator: User, two_each: Project, make_pair: MakePair
) -> None:
    pair = make_pair(state=State.QUEUED)
    assert decide(annotator, two_each) == pair
    assert queue.claim_next(annotator, two_each) is None
    assert decide(second_annotator, two_each) == pair


def test_it_frees_a_lease_that_ran_out_and_keeps_the_draft(
    annotator: User, second_annotator: User, project: Project, make_pair: MakePair
) -> None:
    pair = make_pair(state=State.QUEUED)
    queue.claim_next(annotator, project)
    Draft.objects.create(pair=pair, author=annotator, fields={"text": "半"})
    run_out()
    claim = queue.claim_next(second_annotator, project)
    assert claim is not None
    assert (claim.pair, claim.holder) == (pair, second_annotator)
    assert Draft.objects.get().author == annotator


def test_it_gives_a_lapsed_lease_back_while_nobody_has_taken_the_pair(
    annotator: User, project: Project, make_pair: MakePair
) -> None:
    make_pair(state=State.QUEUED)
    make_pair(state=State.QUEUED)
    claim = queue.claim_next(annotator, project)
    run_out()
    assert queue.claim_next(annotator, project) == claim
    assert Claim.objects.filter(holder=annotator, held_until__gt=timezone.now()).count() == 1


def test_it_leaves_live_leases_and_finished_slots_alone(
    annotator: User, project: Project, make_pair: MakePair
) -> None:
    make_pair(state=State.QUEUED)
    make_pair(state=State.QUEUED)
    decide(annotator, project)
    queue.claim_next(annotator, project)
    assert queue.free_expired() == 0


def test_it_renews_a_lease_and_never_shortens_it(
    annotator: User, project: Project, make_pair: MakePair
) -> None:
    make_pair(state=State.QUEUED)
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    run_out()
    assert queue.renew(claim, annotator, project)
    assert Claim.objects.filter(held_until__gt=timezone.now() + timedelta(minutes=29)).exists()
    far = timezone.now() + timedelta(days=7)
    Claim.objects.update(held_until=far)
    queue.renew(claim, annotator, project)
    assert Claim.objects.get().held_until == far


def test_it_renews_nobody_elses_lease(
    annotator: User, second_annotator: User, project: Project, make_pair: MakePair
) -> None:
    make_pair(state=State.QUEUED)
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    assert not queue.renew(claim, second_annotator, project)
    assert not queue.give_up(claim, second_annotator)
    assert not queue.begin(claim, second_annotator)
    assert Claim.objects.get().holder == annotator


def test_it_gives_what_was_sent_back_before_new_work(
    annotator: User, reviewer: User, project: Project, make_pair: MakePair
) -> None:
    sent_back = make_pair(state=State.QUEUED)
    current, new = make_pair(state=State.QUEUED), make_pair(state=State.QUEUED)
    decide(annotator, project)
    queue.claim_next(annotator, project)
    workflow.move("return", sent_back, reviewer, note="补上水温")
    queue.reopen(sent_back)
    assert [decide(annotator, project) for _ in range(3)] == [current, sent_back, new]


def test_it_does_not_count_the_days_a_sent_back_pair_waited(
    annotator: User, reviewer: User, project: Project, make_pair: MakePair
) -> None:
    pair = make_pair(state=State.QUEUED)
    decide(annotator, project)
    workflow.move("return", pair, reviewer, note="补上水温")
    queue.reopen(pair)
    assert Claim.objects.get().held_since is None
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    assert Claim.objects.get().held_since == claim.held_since is not None


def test_a_person_never_gets_a_pair_twice_though_it_once_had_two_slots(
    annotator: User, two_each: Project, make_pair: MakePair
) -> None:
    make_pair(state=State.QUEUED)
    decide(annotator, two_each)
    two_each.annotators_per_pair = 1
    two_each.save()
    assert queue.claim_next(annotator, two_each) is None


def test_it_takes_a_lost_pair_again_while_it_is_free(
    annotator: User, second_annotator: User, project: Project, make_pair: MakePair
) -> None:
    make_pair(state=State.QUEUED)
    pair = make_pair(state=State.QUEUED)
    claim = queue.retake(annotator, pair)
    assert claim is not None
    assert (claim.pair, claim.holder) == (pair, annotator)
    assert queue.retake(second_annotator, pair) is None
    assert queue.retake(annotator, pair) is None


def test_a_paused_project_gives_out_nothing_and_takes_what_was_begun(
    annotator: User, second_annotator: User, lead: User, project: Project, make_pair: MakePair
) -> None:
    begun, other = make_pair(state=State.QUEUED), make_pair(state=State.QUEUED)
    queue.claim_next(annotator, project)
    pauses.pause(project, lead, "指南要改")
    assert queue.claim_next(second_annotator, project) is None
    assert queue.retake(second_annotator, other) is None
    assert decide(annotator, project) == begun
    assert queue.claim_next(annotator, project) is None
    pauses.resume(project, lead)
    assert decide(annotator, project) == other


@pytest.mark.django_db(transaction=True)
def test_it_never_gives_one_slot_to_two_people(project: Project, make_pair: MakePair) -> None:
    people = [person(f"a{number}", project, Role.ANNOTATOR) for number in range(8)]
    for _ in range(8):
        make_pair(state=State.QUEUED)
    gate, given = threading.Barrier(8), []

    def claim(user: User) -> None:
        gate.wait()
        given.append(queue.claim_next(user, project))
        connection.close()

    threads = [threading.Thread(target=claim, args=[user]) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.pk for one in given if one is not None}) == 8
    assert Claim.objects.values("holder").distinct().count() == 8
