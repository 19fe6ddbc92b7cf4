"""Why there is no work for a person, and when there may be some."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotation import lanes, pauses, queue, skips
from annotation.idle import Idle, Nothing, why_idle
from annotation.lanes import Course
from annotation.models import Claim, Project, Skip, SkipPolicy, State
from cqia.accounts.models import User
from tests.cast import ClientOf, MakeAnnotated, MakePair
from tests.test_queue import decide
from tests.test_skips import go, skip


def lane(project: Project, lead: User, *people: User) -> None:
    members = [user.pk for user in people]
    lanes.save(project, lead, Course("法律", domains=["法律"], members=members))


def test_nothing_is_imported(annotator: User, project: Project) -> None:
    assert why_idle(annotator, project) == Nothing(Idle.NOTHING_IMPORTED)


def test_nothing_has_passed(annotator: User, project: Project, make_pair: MakePair) -> None:
    make_pair(state=State.DROPPED)
    assert why_idle(annotator, project) == Nothing(Idle.NOTHING_PASSED)


def test_everything_is_done(
    annotator: User, project: Project, make_annotated: MakeAnnotated
) -> None:
    make_annotated()
    assert why_idle(annotator, project) == Nothing(Idle.ALL_DONE)


def test_the_project_is_paused(
    annotator: User, lead: User, project: Project, make_pair: MakePair
) -> None:
    make_pair(state=State.QUEUED)
    pauses.pause(project, lead, "三点继续")
    assert why_idle(annotator, project) == Nothing(Idle.PAUSED, note="三点继续")


def test_only_skipped_pairs_are_left(
    annotator: User, project: Project, make_pair: MakePair
) -> None:
    make_pair(state=State.QUEUED)
    skip(annotator, project)
    assert why_idle(annotator, project) == Nothing(Idle.SKIPPED, 1)


def test_the_first_skipped_pair_comes_back_at_a_known_time(
    annotator: User, project: Project, make_pair: MakePair
) -> None:
    go(project, SkipPolicy.LATER)
    for _ in range(2):
        make_pair(state=State.QUEUED)
        skip(annotator, project)
    first = Skip.objects.order_by("until")[0].until
    assert why_idle(annotator, project) == Nothing(Idle.PUT_OFF, 2, first)


def test_others_have_the_rest(
    annotator: User, second_annotator: User, project: Project, make_pair: MakePair
) -> None:
    make_pair(state=State.QUEUED)
    claim = queue.claim_next(second_annotator, project)
    assert claim is not None
    assert why_idle(annotator, project) == Nothing(Idle.HELD, 1, claim.held_until)


def test_what_is_open_has_their_decision_already(
    annotator: User, project: Project, make_pair: MakePair
) -> None:
    project.annotators_per_pair = 2
    project.save()
    make_pair(state=State.QUEUED)
    decide(annotator, project)
    assert why_idle(annotator, project) == Nothing(Idle.SECOND_PERSON, 1)


def test_the_rest_waits_for_the_lead(
    annotator: User, second_annotator: User, lead: User, project: Project, make_pair: MakePair
) -> None:
    go(project, SkipPolicy.LEAD)
    pair = make_pair(state=State.QUEUED)
    skip(annotator, project)
    assert why_idle(second_annotator, project) == Nothing(Idle.PARKED, 1)
    skips.drop(project, lead, [pair.pk])
    assert why_idle(second_annotator, project) == Nothing(Idle.ALL_DONE)


def test_their_lanes_are_empty(
    annotator: User, lead: User, project: Project, make_pair: MakePair
) -> None:
    lane(project, lead, annotator)
    make_pair(state=State.QUEUED)
    assert why_idle(annotator, project) == Nothing(Idle.LANE_EMPTY, 1)


def test_all_that_waits_is_in_lanes_of_others(
    annotator: User, second_annotator: User, lead: User, project: Project, make_pair: MakePair
) -> None:
    lane(project, lead, second_annotator)
    make_pair(state=State.QUEUED, domain=["法律"])
    assert why_idle(annotator, project) == Nothing(Idle.OTHER_LANES, 1)


@pytest.mark.parametrize(
    ("nothing", "words"),
    [
        (Nothing(Idle.PAUSED, note="三点继续"), "三点继续"),
        (Nothing(Idle.PUT_OFF, 2, timezone.now() + timedelta(hours=1)), "comes back to you at"),
        (Nothing(Idle.SKIPPED, 1), "Only skipped pairs are left"),
        (Nothing(Idle.SECOND_PERSON, 1), "You have decided on all that is open"),
        (Nothing(Idle.HELD, 1, timezone.now()), "Others have the rest"),
        (Nothing(Idle.PARKED, 1), "The rest is with the lead"),
        (Nothing(Idle.LANE_EMPTY, 3), "3 pairs wait in other lanes"),
        (Nothing(Idle.OTHER_LANES, 1), "All that waits is in lanes of others"),
        (Nothing(Idle.ALL_DONE), "Everything is annotated"),
        (Nothing(Idle.NOTHING_PASSED), "none has passed"),
        (Nothing(Idle.NOTHING_IMPORTED), "No file has been imported"),
    ],
    ids=lambda value: value.reason if isinstance(value, Nothing) else "",
)
def test_the_page_tells_each_of_them(
    annotator: User,
    project: Project,
    client_of: ClientOf,
    monkeypatch: pytest.MonkeyPatch,
    nothing: Nothing,
    words: str,
) -> None:
    assert not Claim.objects.exists()
    monkeypatch.setattr("annotation.idle.why_idle", lambda user, project: nothing)
    assert words in client_of(annotator).get("/p/tea/annotate/").content.decode()
