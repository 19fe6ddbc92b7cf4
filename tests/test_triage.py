import pytest

from annotation import history, queue, triage
from annotation.decisions import Decision, submit
from annotation.models import (
    Annotation,
    AuditItem,
    Claim,
    Job,
    Pair,
    Project,
    Source,
    State,
    Transition,
    Triage,
    TriageItem,
)
from annotation.triage import Ruling, Verdict
from annotation.workflow import StaleState
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from review.decisions import Verdict as ReviewVerdict
from review.decisions import decide as review
from review.models import Review
from tests.cast import ClientOf, MakePair

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(make_pair: MakePair) -> list[Pair]:
    return [make_pair(f"问{n}", state=State.QUEUED, task_major=["写作"]) for n in range(3)]


def ruling(source: Source, verdict: Verdict, **more: str) -> Ruling:
    sample = list(Pair.objects.order_by("pk").values_list("pk", flat=True)[:2])
    return Ruling(source, more.pop("task", ""), [*sample, 999_999], verdict, **more)


def done(project: Project, lead: User, source: Source, verdict: Verdict, **more: str) -> Triage:
    if verdict == Verdict.DROP:
        more.setdefault("reason", "ad")
    decided = triage.decide(project, lead, ruling(source, verdict, **more))
    assert decided.job is not None
    triage.run(decided.job)
    Job.objects.update(state=Job.State.DONE)
    decided.refresh_from_db()
    return decided


def undone(decided: Triage, lead: User) -> None:
    triage.run_undo(triage.undo(Triage.objects.get(pk=decided.pk), lead))


def states() -> list[str]:
    return list(Pair.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.usefixtures("three")
def test_it_draws_a_sample_of_what_waits(source: Source, make_pair: MakePair) -> None:
    make_pair(state=State.DROPPED)
    other = make_pair("别的", state=State.QUEUED, task_major=["数学"])
    assert len(triage.sample(source)) == 4
    assert len(triage.sample(source, size=2)) == 2
    assert triage.sample(source, "数学") == [other]


def test_it_shows_no_pair_by_which_the_pre_filter_is_audited(
    three: list[Pair], source: Source, project: Project
) -> None:
    AuditItem.objects.create(pair=three[0], project=project, dropped=True)
    assert triage.sample(source) == three[1:]


def test_it_counts_what_waits_by_source_and_task(
    three: list[Pair], source: Source, project: Project, make_pair: MakePair
) -> None:
    make_pair("两样", state=State.QUEUED, task_major=["写作", "数学"])
    assert [(part.task, part.waiting) for part in triage.parts(project)] == [
        ("", 4),
        ("写作", 4),
        ("数学", 1),
    ]


def test_it_drops_all_with_the_reason_in_the_history(
    three: list[Pair], source: Source, project: Project, lead: User
) -> None:
    decided = done(project, lead, source, Verdict.DROP, note="全是广告")
    assert states() == ["rejected"] * 3
    assert not Claim.objects.exists()
    move = Transition.objects.filter(pair=three[0]).latest("id")
    assert (move.verb, move.reason, move.note, move.actor) == ("triage", "ad", "全是广告", lead)
    assert history.timeline(three[0])[-1].reason == "Advertisement"
    assert (decided.by, decided.sample) == (lead, [three[0].pk, three[1].pk])


def test_it_puts_dropped_pairs_back(
    three: list[Pair], source: Source, project: Project, lead: User
) -> None:
    decided = done(project, lead, source, Verdict.DROP)
    undone(decided, lead)
    assert states() == ["queued"] * 3
    assert Claim.objects.filter(holder=None).count() == 3
    assert Triage.objects.get().undone_by == lead


def test_it_keeps_all_by_accepting_each_answer(
    three: list[Pair], source: Source, project: Project, lead: User
) -> None:
    done(project, lead, source, Verdict.KEEP)
    assert states() == ["annotated"] * 3
    made = Annotation.objects.filter(pair=three[1]).get()
    assert (made.verb, made.author, made.response) == ("accept", lead, three[1].responses.get())
    assert Claim.objects.filter(done_at=None).count() == 0


def test_it_leaves_several_answers_to_be_ranked(
    source: Source, project: Project, lead: User, make_pair: MakePair
) -> None:
    make_pair("问", "甲", "乙", state=State.QUEUED)
    done(project, lead, source, Verdict.KEEP)
    assert states() == ["queued"]
    assert Claim.objects.filter(holder=None).count() == 1


def test_it_takes_back_what_was_kept_but_for_what_was_reviewed(
    three: list[Pair], source: Source, project: Project, lead: User, reviewer: User
) -> None:
    decided = done(project, lead, source, Verdict.KEEP)
    review(reviewer, three[0], ReviewVerdict(Review.Verb.APPROVE))
    undone(decided, lead)
    assert states() == ["approved", "queued", "queued"]
    assert Annotation.objects.get().pair == three[0]
    assert Claim.objects.filter(holder=None).count() == 2


def test_it_leaves_what_somebody_is_at_work_on(
    three: list[Pair], source: Source, project: Project, lead: User, annotator: User
) -> None:
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    done(project, lead, source, Verdict.DROP)
    assert sorted(states()) == ["queued", "rejected", "rejected"]
    submit(annotator, project, claim.pk, Decision("accept"))


def test_it_leaves_other_tasks_and_what_came_later(
    three: list[Pair], source: Source, project: Project, lead: User, make_pair: MakePair
) -> None:
    maths = make_pair("别的", state=State.QUEUED, task_major=["数学"])
    decided = triage.decide(project, lead, ruling(source, Verdict.DROP, task="写作", reason="ad"))
    later = make_pair("后来的", state=State.QUEUED, task_major=["写作"])
    assert decided.job is not None
    triage.run(decided.job)
    assert set(Pair.objects.in_state(State.QUEUED)) == {maths, later}


def test_going_on_singly_is_recorded_and_moves_nothing(
    three: list[Pair], source: Source, project: Project, lead: User
) -> None:
    decided = triage.decide(project, lead, ruling(source, Verdict.SINGLY))
    assert (decided.job, decided.verdict) == (None, "singly")
    assert states() == ["queued"] * 3


def test_a_killed_job_goes_on(
    three: list[Pair], source: Source, project: Project, lead: User
) -> None:
    decided = done(project, lead, source, Verdict.DROP)
    Pair.objects.filter(pk=three[2].pk).update(state=State.QUEUED)
    TriageItem.objects.filter(pair=three[2]).delete()
    queue.open_slots([three[2].pk], project)
    assert decided.job is not None
    triage.run(decided.job)
    assert states() == ["rejected"] * 3


@pytest.mark.parametrize("reason", ["", "boring"])
@pytest.mark.usefixtures("three")
def test_it_drops_for_a_reason_only(
    source: Source, project: Project, lead: User, reason: str
) -> None:
    with pytest.raises(CqiaError, match="rejected"):
        triage.decide(project, lead, ruling(source, Verdict.DROP, reason=reason))


def test_it_says_where_nothing_waits(source: Source, project: Project, lead: User) -> None:
    with pytest.raises(CqiaError, match="waits"):
        triage.decide(project, lead, ruling(source, Verdict.KEEP))


def test_it_takes_any_task_in_the_address(source: Source, lead: User, client_of: ClientOf) -> None:
    page = client_of(lead).get(f"/p/tea/triage/{source.pk}/?task=%00<script>")
    assert page.status_code == 200
    assert "<script>" not in page.content.decode().split("<h1>")[1].split("</h1>")[0]


def test_it_is_undone_once(three: list[Pair], source: Source, project: Project, lead: User) -> None:
    decided = done(project, lead, source, Verdict.DROP)
    triage.undo(decided, lead)
    with pytest.raises(StaleState):
        triage.undo(Triage.objects.get(), lead)


def test_its_pages_show_and_decide(
    three: list[Pair], source: Source, project: Project, lead: User, client_of: ClientOf
) -> None:
    client = client_of(lead)
    assert "写作" in client.get("/p/tea/triage/").content.decode()
    path = f"/p/tea/triage/{source.pk}/?task=写作"
    page = client.get(path).content.decode()
    assert all(pair.instruction in page for pair in three)
    seen = ",".join(str(pair.pk) for pair in three)
    assert client.post(path, {"verdict": "drop", "sample": seen}).status_code == 400
    answer = client.post(path, {"verdict": "drop", "sample": seen, "reason": "ad"})
    assert answer.status_code == 302
    assert Triage.objects.get().sample == [pair.pk for pair in three]
    assert "Drop all" in client.get("/p/tea/triage/").content.decode()
