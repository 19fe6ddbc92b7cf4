"""The order in which annotators get pairs, by what the learned model says of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation import jobs, queue, queue_order, skips
from annotation.models import (
    AuditItem,
    Claim,
    Finding,
    Job,
    Pair,
    Project,
    QualityModel,
    QueueOrder,
    Source,
    State,
)
from cqia.accounts.models import AuditEntry, User
from tests.cast import MakePair
from tests.test_queue import decide

pytestmark = pytest.mark.django_db
MakeSaid = dict[str, Pair]
CHANCES = {"sure": (0.9, 0.05), "even": (0.5, 0.1), "rewritten": (0.1, 0.8), "bad": (0.05, 0.05)}


def say(pair: Pair, accept: float, rewrite: float) -> None:
    for check_id, score in (("accept_chance", accept), ("rewrite_chance", rewrite)):
        Finding.objects.create(
            pair=pair, project=pair.project, check_id=check_id, version=1, score=score
        )


def in_order(project: Project) -> list[str]:
    """What the free slots' pairs are, as annotators would get them."""
    free = Claim.objects.of(project).filter(holder=None).order_by("place", "slot")
    return [claim.pair.instruction for claim in free.select_related("pair")]


def ordered(project: Project, order: str, user: User) -> list[str]:
    queue_order.set_order(project, user, order)
    jobs.run(Job.objects.latest("pk").pk, queue_order.run)
    return in_order(project)


@pytest.fixture
def said(make_pair: MakePair) -> MakeSaid:
    """Waiting pairs with chances, the worst the oldest."""
    pairs = {}
    for name in ("bad", "rewritten", "even", "sure"):
        pairs[name] = make_pair(name, state=State.QUEUED)
        say(pairs[name], *CHANCES[name])
    return pairs


@pytest.fixture
def timed(project: Project) -> QualityModel:
    """A model by which a rewrite takes nine times as long as an acceptance."""
    return QualityModel.objects.create(
        project=project,
        version=1,
        decisions=60,
        last_annotation=0,
        last_transition=0,
        seed=1,
        words=[],
        checks=[],
        seconds={"accept": 10, "rewrite": 90, "reject": 5},
    )


@pytest.mark.usefixtures("said")
def test_the_oldest_comes_first_by_default(project: Project) -> None:
    assert project.queue_order == QueueOrder.OLDEST
    assert in_order(project) == ["bad", "rewritten", "even", "sure"]


@pytest.mark.usefixtures("said", "timed")
def test_the_most_useful_comes_first(project: Project, lead: User) -> None:
    """By pairs for the dataset a second: sure .95/13.75, even .6/16, bad .1/9.5, rewritten .9/73.5."""
    assert ordered(project, QueueOrder.USEFUL, lead) == ["sure", "even", "rewritten", "bad"]


@pytest.mark.usefixtures("said", "timed")
def test_the_most_uncertain_comes_first(project: Project, lead: User) -> None:
    assert ordered(project, QueueOrder.UNCERTAIN, lead) == ["even", "rewritten", "sure", "bad"]


@pytest.mark.usefixtures("said", "timed")
def test_it_goes_back_to_the_oldest(project: Project, lead: User) -> None:
    ordered(project, QueueOrder.USEFUL, lead)
    assert ordered(project, QueueOrder.OLDEST, lead) == ["bad", "rewritten", "even", "sure"]
    assert set(Claim.objects.values_list("place", flat=True)) == set(
        Claim.objects.values_list("pair", flat=True)
    )


@pytest.mark.usefixtures("said")
def test_without_a_model_pairs_as_good_as_each_other_stay_in_order(
    project: Project, lead: User, make_pair: MakePair
) -> None:
    Finding.objects.all().delete()
    assert ordered(project, QueueOrder.USEFUL, lead) == ["bad", "rewritten", "even", "sure"]


@pytest.mark.usefixtures("said", "timed")
def test_a_pair_queued_later_takes_its_place(
    project: Project, lead: User, make_pair: MakePair
) -> None:
    ordered(project, QueueOrder.USEFUL, lead)
    late = make_pair("late")
    say(late, 0.8, 0.1)
    queue.open_slots([late.pk], Project.objects.get())
    assert in_order(project)[:2] == ["sure", "late"]


@pytest.mark.usefixtures("timed")
def test_what_was_skipped_stays_last(
    project: Project, lead: User, annotator: User, said: MakeSaid
) -> None:
    ordered(project, QueueOrder.USEFUL, lead)
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    assert skips.skip(claim, annotator, project, "unclear")
    assert claim.pair == said["sure"]
    for order in (QueueOrder.UNCERTAIN, QueueOrder.USEFUL, QueueOrder.OLDEST):
        assert ordered(project, order, lead)[-1] == "sure"


@pytest.mark.usefixtures("timed")
def test_a_half_done_pair_is_finished_first(
    project: Project, lead: User, annotator: User, second_annotator: User, make_pair: MakePair
) -> None:
    Project.objects.update(annotators_per_pair=2)
    project.refresh_from_db()
    for name in ("bad", "even", "sure"):
        say(make_pair(name, state=State.QUEUED), *CHANCES[name])
    assert decide(annotator, project).instruction == "bad"
    assert ordered(project, QueueOrder.USEFUL, lead) == ["bad", "sure", "sure", "even", "even"]
    assert decide(second_annotator, project).instruction == "bad"


@pytest.mark.usefixtures("timed")
def test_an_audited_pair_does_not_wait_behind_all_that_seem_good(
    project: Project, lead: User, make_pair: MakePair
) -> None:
    for number in range(40):
        pair = make_pair(f"audited {number}", state=State.QUEUED)
        say(pair, 0.01, 0.01)
        AuditItem.objects.create(pair=pair, project=project, dropped=True, check_id="length")
        say(make_pair(f"plain {number}", state=State.QUEUED), 0.9, 0.05)
    first = ordered(project, QueueOrder.USEFUL, lead)[:40]
    assert 8 < len([name for name in first if name.startswith("audited")]) < 40


@pytest.mark.usefixtures("said", "timed")
def test_it_leaves_a_pair_that_somebody_has_to_them(
    project: Project, lead: User, annotator: User
) -> None:
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    ordered(project, QueueOrder.USEFUL, lead)
    assert Claim.objects.get(holder=annotator).place == claim.place
    assert queue.claim_next(annotator, project) == claim


@pytest.mark.usefixtures("said")
def test_it_says_who_changed_the_order(project: Project, lead: User) -> None:
    ordered(project, QueueOrder.UNCERTAIN, lead)
    job = Job.objects.latest("pk")
    assert (job.task, job.state, job.done, job.total) == (queue_order.TASK, Job.State.DONE, 4, 4)
    entry = AuditEntry.objects.get(action="queue ordered")
    assert (entry.actor, entry.details) == (lead, {"order": "uncertain"})


def kinds(make_pair: MakePair, project: Project) -> None:
    """Pairs of two sources, task types and domains, taking turns."""
    other = Source.objects.create(project=project, name="考试", recipe="cqia")
    for number, (task, domain) in enumerate([("写作", "饮食"), ("问答", "法律")] * 2):
        pair = make_pair(
            f"{task}{number}", state=State.QUEUED, task_major=[task], domain=[domain, "其他"]
        )
        if task == "问答":
            Pair.objects.filter(pk=pair.pk).update(source=other)


@pytest.mark.parametrize("order", [QueueOrder.TASK, QueueOrder.DOMAIN])
def test_pairs_of_one_kind_follow_each_other(
    project: Project, lead: User, make_pair: MakePair, order: str
) -> None:
    kinds(make_pair, project)
    assert in_order(project) == ["写作0", "问答1", "写作2", "问答3"]
    assert sorted([ordered(project, order, lead)[:2], in_order(project)[2:]]) == [
        ["写作0", "写作2"],
        ["问答1", "问答3"],
    ]


def test_it_goes_source_by_source(project: Project, lead: User, make_pair: MakePair) -> None:
    kinds(make_pair, project)
    assert ordered(project, QueueOrder.SOURCE, lead) == ["写作0", "写作2", "问答1", "问答3"]


def test_the_source_of_the_first_priority_comes_first(
    project: Project, lead: User, make_pair: MakePair
) -> None:
    kinds(make_pair, project)
    assert ordered(project, QueueOrder.PRIORITY, lead) == ["写作0", "问答1", "写作2", "问答3"]
    other = Source.objects.get(name="考试")
    queue_order.set_priorities(project, lead, {other.pk: 1})
    assert in_order(project) == ["问答1", "问答3", "写作0", "写作2"]
    assert AuditEntry.objects.get(action="priorities set").details == {"count": 1}


def test_priorities_left_as_they_are_change_nothing(project: Project, source: Source) -> None:
    queue_order.set_priorities(project, User(), {source.pk: 5})
    assert not AuditEntry.objects.exists()


@pytest.mark.usefixtures("said", "timed")
def test_whoever_takes_a_pair_still_walks_one_index(project: Project, lead: User) -> None:
    """The place is worked out beforehand: taking reads no chances and sorts nothing."""
    ordered(project, QueueOrder.USEFUL, lead)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        with CaptureQueriesContext(connection) as asked:
            queue.claim_next(lead, project)
        cursor.execute("EXPLAIN " + asked.captured_queries[0]["sql"])
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert len(asked) == 1
    assert "claim_free" in plan
    free = plan[plan.index("LockRows") :]
    assert "Sort" not in free
    assert "Join" not in free
    assert Finding._meta.db_table not in plan
