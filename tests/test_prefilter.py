"""Measuring pairs, drawing lines, dropping, queueing, readmitting and restoring."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection

from annotation import jobs, prefilter, queue, workflow
from annotation.checks import CHECK_OF, CORPUS_CHECKS, PROJECT_CHECKS, TEXT_CHECKS
from annotation.checks.duplicate import Duplicate
from annotation.checks.length import Length
from annotation.models import (
    Finding,
    Job,
    Pair,
    Project,
    Response,
    State,
    Transition,
)
from annotation.newcomers import Newcomers
from annotation.redecisions import redecide
from annotation.thresholds import Line
from cqia.accounts.models import User
from tests.cast import MakePair

GOOD = "绿茶未经发酵，叶片细嫩，沸水会把茶叶烫熟，使茶多酚大量溶出，茶汤发黄发苦。"
# As unlike each other as texts can be.
# Of the frequent simplified characters alone, which GB 2312 has from B0A1 to D6FE.
CHARACTERS = [
    bytes((row, cell)).decode("gb2312") for row in range(0xB0, 0xD7) for cell in range(0xA1, 0xFF)
]
TOPICS = [
    "".join(CHARACTERS[(number * 7919 + place * 104729) % 3666] for place in range(24))
    for number in range(40)
]
MEASURED = (*TEXT_CHECKS, *PROJECT_CHECKS, *CORPUS_CHECKS)
Run = Callable[..., Job]
Draw = Callable[..., None]
pytestmark = pytest.mark.django_db


def another(number: int) -> str:
    """As good an answer, which shares no run of characters with the others."""
    return "".join(random.Random(number).sample(GOOD, len(GOOD)))


@pytest.fixture
def run(project: Project) -> Run:
    def run(verb: Callable[[Job], None] = prefilter.run, **fields: object) -> Job:
        job = Job.objects.create(project=project, task="annotation.run_prefilter", **fields)
        jobs.run(job.pk, verb)
        job.refresh_from_db()
        return job

    return run


@pytest.fixture
def draw(project: Project, lead: User) -> Draw:
    """Draw a line as a lead does."""

    def draw(
        check_id: str, *, enabled: bool = True, low: float | None = None, high: float | None = None
    ) -> None:
        redecide(project, lead, [Line(CHECK_OF[check_id], enabled, low, high)])

    return draw


def state_of(pair: Pair) -> str:
    return Pair.objects.get(pk=pair.pk).state


def last_move(pair: Pair) -> tuple[str, str, str]:
    return pair.transitions.order_by("-id").values_list("verb", "reason", "note")[0]


def test_it_queues_a_good_pair_with_its_slots(make_pair: MakePair, run: Run) -> None:
    pair = make_pair("为什么？", GOOD)
    assert run().state == Job.State.DONE
    assert state_of(pair) == State.QUEUED
    assert last_move(pair) == ("queue", "", "")
    claim = pair.claims.get()
    assert (claim.slot, claim.holder) == (1, None)


def test_it_stores_a_finding_of_every_check(make_pair: MakePair, run: Run) -> None:
    pair = make_pair("为什么？", GOOD)
    run()
    assert set(pair.findings.values_list("check_id", "version")) == {
        (check.id, check.version) for check in MEASURED
    }
    assert pair.findings.get(check_id="length").score == len(GOOD)


def test_it_drops_a_pair_with_reason_and_evidence(make_pair: MakePair, run: Run) -> None:
    pair = make_pair("为什么？", GOOD + "加我微信：teafan_2020")
    run()
    assert state_of(pair) == State.DROPPED
    assert last_move(pair) == ("drop", "contact", "加我微信：teafan_2020")
    assert not pair.claims.exists()


def test_it_gives_the_first_failing_check_as_the_reason(make_pair: MakePair, run: Run) -> None:
    pair = make_pair("Why?", "A")
    run()
    assert last_move(pair)[1] == "length"


def test_it_measures_imported_answers_and_earlier_turns_only(
    make_pair: MakePair, annotator: User
) -> None:
    pair = make_pair(
        "那红茶呢？", GOOD, history=[["绿茶呢？", "加我微信：teafan_2020"]], system="你是茶师"
    )
    Response.objects.create(pair=pair, text="人改的", author=annotator)
    text = prefilter.texts_of([pair.pk])[pair.pk]
    assert text.prompt == "你是茶师\n绿茶呢？\n加我微信：teafan_2020\n那红茶呢？"
    assert text.answers == (GOOD,)


def test_it_keeps_the_first_of_exact_duplicates(make_pair: MakePair, run: Run) -> None:
    pairs = [make_pair("为什么？", GOOD) for _ in range(3)]
    Pair.objects.update(content_hash=UUID(int=7))
    run()
    assert [state_of(pair) for pair in pairs] == ["queued", "dropped", "dropped"]
    scores = (
        Finding.objects.filter(check_id="duplicate")
        .order_by("pair")
        .values_list("score", "evidence")
    )
    assert list(scores) == [(0, ""), (1, str(pairs[0].pk)), (2, str(pairs[0].pk))]


def test_it_keeps_the_pair_that_came_first_even_with_the_higher_id(
    make_pair: MakePair, run: Run
) -> None:
    late, early = (make_pair("为什么？", GOOD) for _ in range(2))
    Pair.objects.update(content_hash=UUID(int=7))
    Pair.objects.filter(pk=late.pk).update(state="approved")  # stands for: not committed yet
    run()
    Pair.objects.filter(pk=late.pk).update(state="imported")
    run()
    assert (state_of(early), state_of(late)) == ("queued", "dropped")


def test_it_takes_equal_pairs_of_another_project_for_no_duplicates(
    make_pair: MakePair, run: Run, project: Project
) -> None:
    pair = make_pair("为什么？", GOOD)
    make_pair("为什么？", GOOD)
    run()
    newcomers = Newcomers(project.pk + 1, [pair.pk])
    assert Duplicate().measure_many(newcomers)[pair.pk].score == 0


def test_it_does_nothing_the_second_time(make_pair: MakePair, run: Run) -> None:
    pair = make_pair("为什么？", GOOD)
    run()
    run()
    assert pair.transitions.count() == 1
    assert pair.findings.count() == len(MEASURED)


def test_it_reports_what_it_did(make_pair: MakePair, run: Run) -> None:
    for _ in range(3):
        make_pair("为什么？", GOOD)
    job = run()
    assert (job.done, job.total) == (3, 3)


def test_it_goes_on_after_a_stop(
    make_pair: MakePair, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefilter, "CHUNK", 1)
    pairs = [
        make_pair(f"{topic}？", other) for topic, other in zip(TOPICS[:3], TOPICS[3:6], strict=True)
    ]
    job = run(cancel_asked=True)
    assert job.state == Job.State.CANCELLED
    assert [state_of(pair) for pair in pairs].count("queued") == 0
    run()
    assert [state_of(pair) for pair in pairs] == ["queued"] * 3


def test_it_measures_anew_when_a_check_has_a_new_version(
    make_pair: MakePair, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, other = make_pair("为什么？", GOOD), make_pair("为什么？", GOOD)
    run()
    monkeypatch.setattr(Length, "version", 2)
    Response.objects.filter(pair=pair).update(text="好")
    run()
    assert pair.findings.get(check_id="length").version == 2
    assert state_of(pair) == State.DROPPED
    assert state_of(other) == State.QUEUED


def test_it_leaves_what_people_decided_unmeasured(
    make_pair: MakePair, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = make_pair("为什么？", GOOD)
    run()
    Pair.objects.filter(pk=pair.pk).update(state="approved")
    monkeypatch.setattr(Length, "version", 2)
    run()
    assert pair.findings.get(check_id="length").version == 1


def test_it_drops_queued_pairs_when_a_line_is_tightened(
    make_pair: MakePair, run: Run, draw: Draw
) -> None:
    pair = make_pair("为什么？", GOOD)
    run()
    draw("length", low=1000)
    assert state_of(pair) == State.DROPPED
    assert last_move(pair)[:2] == ("drop", "length")
    assert not pair.claims.exists()


def test_it_leaves_a_claimed_pair_to_its_annotator(
    make_pair: MakePair, run: Run, draw: Draw, annotator: User, project: Project
) -> None:
    pair = make_pair("为什么？", GOOD)
    run()
    queue.claim_next(annotator, project)
    draw("length", low=1000)
    assert state_of(pair) == State.QUEUED


def test_it_never_touches_a_decision_of_people(make_pair: MakePair, run: Run, draw: Draw) -> None:
    pair = make_pair("为什么？", GOOD)
    run()
    workflow.move("annotate", pair)
    draw("length", low=1000)
    assert state_of(pair) == State.ANNOTATED


def test_it_readmits_pairs_when_a_line_is_loosened(
    make_pair: MakePair, run: Run, draw: Draw
) -> None:
    pair = make_pair("为什么？", "好")
    run()
    draw("length", low=None)
    assert state_of(pair) == State.QUEUED
    assert last_move(pair)[0] == "readmit"
    assert pair.claims.count() == 1


def test_it_keeps_a_pair_dropped_that_fails_another_check(
    make_pair: MakePair, run: Run, draw: Draw
) -> None:
    pair = make_pair("Why?", "A")
    run()
    draw("length", enabled=False, low=2)
    assert state_of(pair) == State.DROPPED


def test_it_never_drops_again_what_a_lead_restored(
    make_pair: MakePair, run: Run, draw: Draw, project: Project, lead: User
) -> None:
    pair = make_pair("为什么？", "好")
    run()
    assert prefilter.restore(project, [pair.pk], lead) == [pair.pk]
    assert pair.claims.count() == 1
    draw("length", low=1000)
    assert state_of(pair) == State.QUEUED


def test_it_restores_pairs_of_its_own_project_that_are_dropped_only(
    make_pair: MakePair, project: Project, lead: User
) -> None:
    queued, dropped = make_pair(state=State.QUEUED), make_pair(state=State.DROPPED)
    other = type(project).objects.create(slug="other", name="别处")
    assert prefilter.restore(other, [dropped.pk], lead) == []
    assert prefilter.restore(project, [queued.pk, dropped.pk], lead) == [dropped.pk]
    assert dropped.transitions.get(verb="restore").actor == lead


@pytest.mark.django_db(transaction=True)
def test_it_shares_the_work_of_two_runs_at_once(
    make_pair: MakePair, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefilter, "CHUNK", 3)
    pairs = [make_pair(f"{topic}怎么泡？", topic) for topic in TOPICS[:20]]
    Pair.objects.filter(pk__in=[pair.pk for pair in pairs[10:]]).update(content_hash=UUID(int=7))

    def work(_: int) -> None:
        job = Job.objects.create(project=project, task="annotation.run_prefilter")
        jobs.run(job.pk, prefilter.run)
        connection.close()

    with ThreadPoolExecutor(2) as both:
        list(both.map(work, range(2)))
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.DONE}
    assert Transition.objects.count() == 20
    assert Finding.objects.count() == 20 * len(MEASURED)
    assert Pair.objects.filter(state=State.QUEUED).count() == 11
    assert [state_of(pair) for pair in pairs[10:]].count("queued") == 1
