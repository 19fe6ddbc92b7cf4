"""Which pairs go to which annotators."""

import pytest

from annotation import jobs, lanes, members, queue, queue_order
from annotation.lanes import Course
from annotation.models import Claim, Job, Lane, Pair, Project, Source, State
from cqia.accounts.models import Membership, User
from cqia.lib.errors import CqiaError
from tests.cast import MakePair
from tests.test_queue import decide, run_out


@pytest.fixture
def law(make_pair: MakePair) -> Pair:
    return make_pair("法律", state=State.QUEUED, domain=["法律"], task_major=["问答"])


@pytest.fixture
def tea(make_pair: MakePair) -> Pair:
    return make_pair("茶", state=State.QUEUED, domain=["饮食", "历史"], task_major=["问答"])


def lane(project: Project, lead: User, *people: User, **course: object) -> Lane:
    ids = [user.pk for user in people]
    made = Course(**{"name": "法律", "domains": ["法律"], "members": ids, **course})  # type: ignore[arg-type]
    return lanes.save(project, lead, made)


def next_of(user: User, project: Project) -> str | None:
    claim = queue.claim_next(user, project)
    return claim.pair.instruction if claim else None


@pytest.mark.usefixtures("tea", "law")
def test_a_member_gets_pairs_of_the_lane_alone_and_others_the_rest(
    annotator: User, second_annotator: User, lead: User, project: Project
) -> None:
    lane(project, lead, annotator)
    assert decide(annotator, project).instruction == "法律"
    assert next_of(annotator, project) is None
    assert decide(second_annotator, project).instruction == "茶"
    assert next_of(second_annotator, project) is None


@pytest.mark.usefixtures("tea", "law")
@pytest.mark.parametrize(
    "course",
    [
        {"domains": ["法律", "物理"]},
        {"domains": ["法律"], "task_types": ["问答"]},
    ],
)
def test_a_lane_takes_what_fits_all_it_asks_for(
    annotator: User, lead: User, project: Project, course: dict[str, list[str]]
) -> None:
    lane(project, lead, annotator, **course)
    assert next_of(annotator, project) == "法律"
    assert lanes.waiting(project)[None] == 1


@pytest.mark.usefixtures("tea", "law")
def test_a_lane_takes_nothing_that_fits_half_of_it(
    annotator: User, lead: User, project: Project
) -> None:
    lane(project, lead, annotator, domains=["法律"], task_types=["写作"])
    assert lanes.waiting(project) == {None: 2}


def test_a_lane_of_a_source_takes_its_pairs(
    annotator: User, lead: User, project: Project, tea: Pair, law: Pair
) -> None:
    exams = Source.objects.create(project=project, name="考试", recipe="cqia")
    Pair.objects.filter(pk=law.pk).update(source=exams)
    lane(project, lead, annotator, domains=[], sources=[exams.pk])
    assert decide(annotator, project) == law
    assert next_of(annotator, project) is None


def test_a_pair_queued_later_goes_into_its_lane(
    annotator: User, second_annotator: User, lead: User, project: Project, make_pair: MakePair
) -> None:
    made = lane(project, lead, annotator)
    make_pair(state=State.QUEUED, domain=["法律"])
    assert lanes.waiting(project) == {made.pk: 1}
    assert next_of(second_annotator, project) is None


@pytest.mark.usefixtures("tea", "law")
def test_the_first_lane_of_a_person_is_emptied_before_the_next(
    annotator: User, lead: User, project: Project
) -> None:
    lane(project, lead, annotator)
    lane(project, lead, annotator, name="饮食", domains=["饮食"])
    assert [decide(annotator, project).instruction for _ in range(2)] == ["法律", "茶"]


@pytest.mark.usefixtures("tea")
def test_a_pair_that_fits_two_lanes_goes_to_the_first(
    annotator: User, second_annotator: User, lead: User, project: Project
) -> None:
    lane(project, lead, second_annotator, domains=["历史"])
    lane(project, lead, annotator, name="饮食", domains=["饮食"])
    assert next_of(annotator, project) is None
    assert next_of(second_annotator, project) == "茶"


@pytest.mark.usefixtures("law")
def test_a_lane_without_anybody_takes_no_pairs(
    annotator: User, lead: User, project: Project
) -> None:
    lane(project, lead)
    project.refresh_from_db()
    assert not project.has_lanes
    assert next_of(annotator, project) == "法律"


@pytest.mark.usefixtures("law")
def test_a_closed_lane_gives_its_pairs_back(
    annotator: User, second_annotator: User, lead: User, project: Project
) -> None:
    made = lane(project, lead, annotator)
    assert next_of(second_annotator, project) is None
    lanes.close(project, lead, made)
    assert next_of(second_annotator, project) == "法律"


@pytest.mark.usefixtures("law")
def test_a_slot_held_while_lanes_changed_is_freed_into_its_lane(
    annotator: User, second_annotator: User, lead: User, project: Project
) -> None:
    queue.claim_next(second_annotator, project)
    made = lane(project, lead, annotator)
    run_out()
    queue.free_expired()
    assert Claim.objects.get().lane == made
    assert next_of(annotator, project) == "法律"


@pytest.mark.usefixtures("law")
def test_who_annotates_here_no_more_leaves_the_lanes(
    annotator: User, second_annotator: User, lead: User, project: Project
) -> None:
    lane(project, lead, annotator)
    members.remove_member(project, lead, Membership.objects.get(user=annotator))
    assert next_of(second_annotator, Project.objects.get()) == "法律"


@pytest.mark.usefixtures("law")
def test_many_pairs_change_lanes_by_a_job(
    annotator: User, lead: User, project: Project, tea: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_order, "_CHUNK", 1)
    made = lane(project, lead, annotator)
    assert lanes.waiting(project) == {None: 2}
    jobs.run(Job.objects.get().pk, queue_order.run)
    assert lanes.waiting(project) == {None: 1, made.pk: 1}


@pytest.mark.parametrize(
    ("course", "code"), [({"domains": []}, "lane_takes_all"), ({}, "lane_name_taken")]
)
def test_it_refuses_a_lane_that_makes_no_sense(
    lead: User, project: Project, course: dict[str, object], code: str
) -> None:
    lane(project, lead)
    with pytest.raises(CqiaError) as refused:
        lane(project, lead, **course)
    assert refused.value.code == code


def test_only_annotators_of_the_project_are_in_its_lanes(
    annotator: User, outsider: User, reviewer: User, lead: User, project: Project
) -> None:
    made = lane(project, lead, annotator, outsider, reviewer)
    assert list(made.members.all()) == [annotator]
