"""The pair after the one on the screen, held before it is shown."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from annotation import queue, workflow
from annotation.models import Claim, Pair, Project, State
from cqia.accounts.models import User
from cqia.accounts.roles import Role
from tests.cast import MakePair, person
from tests.test_queue import decide, run_out

Held = Callable[[User], list[str]]


@pytest.fixture
def held(project: Project) -> Held:
    """held(user): the questions that this person holds, in the order in which they come."""

    def held(user: User) -> list[str]:
        mine = Claim.objects.filter(holder=user, done_at=None).select_related("pair")
        return [claim.pair.instruction for claim in mine.order_by("held_since", "held_until")]

    return held


@pytest.fixture(autouse=True)
def waiting(make_pair: MakePair) -> None:
    for name in ("一", "二", "三"):
        make_pair(name, state=State.QUEUED)


def claimed(user: User, project: Project) -> tuple[Claim, Claim]:
    """The pair on the screen, and the one ahead."""
    current = queue.claim_next(user, project)
    assert current is not None
    ahead = queue.claim_ahead(user, project, current)
    assert ahead is not None
    return current, ahead


def test_it_holds_the_pair_after_the_one_on_the_screen(
    annotator: User, second_annotator: User, project: Project, held: Held
) -> None:
    current, ahead = claimed(annotator, project)
    assert held(annotator) == ["一", "二"]
    assert current.held_since is not None
    assert ahead.held_since is None
    assert queue.claim_next(second_annotator, project) != ahead
    assert held(second_annotator) == ["三"]


def test_it_holds_two_pairs_at_the_most(annotator: User, project: Project, held: Held) -> None:
    current, ahead = claimed(annotator, project)
    assert queue.claim_ahead(annotator, project, current) == ahead
    assert queue.claim_next(annotator, project) == current
    assert held(annotator) == ["一", "二"]


def test_the_clock_of_a_pair_starts_when_it_is_shown(annotator: User, project: Project) -> None:
    current, ahead = claimed(annotator, project)
    assert queue.begin(ahead, annotator)
    ahead.refresh_from_db()
    began = ahead.held_since
    assert began is not None
    assert queue.begin(ahead, annotator)
    ahead.refresh_from_db()
    assert ahead.held_since == began
    assert current.held_since is not None
    assert began > current.held_since


def test_a_fresh_page_shows_what_was_begun_first(annotator: User, project: Project) -> None:
    current, ahead = claimed(annotator, project)
    far = timezone.now() + timedelta(hours=1)
    Claim.objects.filter(pk=current.pk).update(held_until=far)
    assert queue.claim_next(annotator, project) == current
    queue.begin(ahead, annotator)
    assert queue.claim_next(annotator, project) == current


def test_the_pair_ahead_comes_after_the_decision(annotator: User, project: Project) -> None:
    _current, ahead = claimed(annotator, project)
    decide(annotator, project)
    following = queue.claim_next(annotator, project)
    assert following == ahead
    assert following.held_since is not None


def test_what_was_sent_back_is_the_pair_ahead(
    annotator: User, reviewer: User, project: Project
) -> None:
    sent_back = decide(annotator, project)
    current = queue.claim_next(annotator, project)
    assert current is not None
    workflow.move("return", sent_back, reviewer, note="补上水温")
    queue.reopen(sent_back)
    ahead = queue.claim_ahead(annotator, project, current)
    assert ahead is not None
    assert ahead.pair == sent_back


def test_a_person_who_goes_away_loses_both(
    annotator: User, second_annotator: User, project: Project, held: Held
) -> None:
    claimed(annotator, project)
    run_out()
    assert queue.free_expired(project) == 2
    claimed(second_annotator, project)
    assert held(second_annotator) == ["一", "二"]


def test_renewing_the_one_on_the_screen_keeps_the_one_ahead(
    annotator: User, project: Project
) -> None:
    current, _ahead = claimed(annotator, project)
    run_out()
    assert queue.renew(current, annotator, project)
    assert queue.free_expired(project) == 0


def test_a_pair_ahead_that_somebody_else_has_by_now_cannot_begin(
    annotator: User, second_annotator: User, project: Project
) -> None:
    _current, ahead = claimed(annotator, project)
    Claim.objects.filter(pk=ahead.pk).update(holder=second_annotator)
    assert not queue.begin(ahead, annotator)
    ahead.refresh_from_db()
    assert ahead.held_since is None


def test_it_gives_nothing_ahead_where_nothing_is_left(annotator: User, project: Project) -> None:
    for _ in range(2):
        decide(annotator, project)
    current = queue.claim_next(annotator, project)
    assert current is not None
    assert queue.claim_ahead(annotator, project, current) is None


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each of them gives, all begun at the same moment, each with a connection of its own."""
    gate, given = threading.Barrier(len(acts)), []

    def act(one: Callable[[], object]) -> None:
        gate.wait()
        given.append(one())
        connection.close()

    threads = [threading.Thread(target=act, args=[one]) for one in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


@pytest.mark.django_db(transaction=True)
def test_no_slot_is_given_twice_ahead(project: Project, make_pair: MakePair) -> None:
    for _ in range(5):
        make_pair(state=State.QUEUED)
    people = [person(f"a{number}", project, Role.ANNOTATOR) for number in range(4)]
    given = at_once(*(partial(claimed, user, project) for user in people))
    assert len(given) == 4
    assert Claim.objects.exclude(holder=None).count() == 8


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_get_the_same_pair(
    annotator: User, project: Project, make_pair: MakePair
) -> None:
    project.annotators_per_pair = 2
    Claim.objects.all().delete()
    make_pair("两份", state=State.QUEUED)
    queue.open_slots(Pair.objects.filter(instruction="两份").values_list("pk", flat=True), project)
    first, second = at_once(*[partial(queue.claim_next, annotator, project)] * 2)
    assert first == second is not None
