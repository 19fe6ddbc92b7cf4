"""Learning from people's decisions, and predicting the pairs that wait."""

import random
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation import jobs, prefilter, quality, quality_scores, workflow
from annotation.models import (
    Annotation,
    Claim,
    Finding,
    Job,
    Pair,
    Predictor,
    Project,
    QualityModel,
    Response,
    State,
    Threshold,
)
from annotation.quality_training import teach
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from tests.cast import MakePair

pytestmark = pytest.mark.django_db

GOOD = "先把水烧开，再放到八十度左右，茶汤清亮，香气也留得住。"
BAD = "总而言之，众所周知，泡茶是一门博大精深的学问，值得大家学习。"
Decide = Callable[..., Pair]


@pytest.fixture
def decide(make_pair: MakePair, annotator: User) -> Decide:
    """decide(verb, answer): a pair on a question of its own, decided on as said."""
    dice = random.Random(4)

    def decide(verb: str, answer: str = GOOD, *, then: str = "") -> Pair:
        asked = "".join(chr(dice.randint(0x4E00, 0x9000)) for _ in range(16))
        pair = make_pair(asked, answer, state=State.QUEUED)
        response = pair.responses.get()
        if verb == "rewrite":
            response = Response.objects.create(
                pair=pair, text="改", author=annotator, parent=response
            )
        Claim.objects.filter(pair=pair).update(holder=annotator, done_at=timezone.now())
        Annotation.objects.create(
            pair=pair,
            claim=pair.claims.get(),
            author=annotator,
            verb=verb,
            response=None if verb == "reject" else response,
            reasons=["wrong"] if verb == "reject" else [],
            seconds={"accept": 20, "rewrite": 90, "reject": 10}[verb],
        )
        workflow.move("annotate", pair, annotator)
        if then:
            workflow.move(then, pair, annotator)
        return pair

    return decide


@pytest.fixture
def taught(decide: Decide) -> None:
    """Sixty decisions: what begins with 总而言之 is rejected or rewritten."""
    for number in range(30):
        decide("accept", f"{GOOD}第{number}泡。")
        decide("reject" if number % 2 else "rewrite", f"{BAD}第{number}条。")


@pytest.fixture
def run(project: Project) -> Callable[[], Job]:
    def run() -> Job:
        job = Job.objects.create(project=project, task=quality.TASK)
        jobs.run(job.pk, quality.train)
        job.refresh_from_db()
        return job

    return run


def chances_of(pair: Pair) -> dict[str, float]:
    found = Finding.objects.filter(pair=pair, check_id__in=quality_scores.CHANCES)
    return {one.check_id: one.score for one in found}


@pytest.mark.usefixtures("taught")
def test_it_tells_what_people_accept(run: Callable[[], Job], make_pair: MakePair) -> None:
    good = make_pair("水温多少合适？", GOOD, state=State.QUEUED)
    bad = make_pair("水温多少才好？", BAD, state=State.DROPPED)
    assert run().state == Job.State.DONE
    assert chances_of(good)["accept_chance"] > 0.8 > 0.2 > chances_of(bad)["accept_chance"]
    assert chances_of(good)["rewrite_chance"] < 0.2 < chances_of(bad)["rewrite_chance"]
    assert Pair.objects.get(pk=bad.pk).state == State.DROPPED


@pytest.mark.usefixtures("taught")
def test_it_reports_what_it_was_trained_on(run: Callable[[], Job], project: Project) -> None:
    assert run().params == {"version": 1}
    model = QualityModel.objects.get()
    last = Annotation.objects.latest("pk").pk
    assert (model.project, model.version, model.decisions) == (project, 1, 60)
    assert model.last_annotation == last
    assert model.seconds == {"accept": 20, "rewrite": 90, "reject": 10}
    report = model.predictors.get(check_id="accept_chance").report
    assert (report["rows"], report["positive"], report["groups"]) == (60, 30, 60)
    assert report["auc"] > 0.95
    assert report["correct_baseline"] == 0.5


@pytest.mark.usefixtures("taught")
def test_it_can_be_made_again(run: Callable[[], Job], project: Project, decide: Decide) -> None:
    run()
    model = QualityModel.objects.get()
    for _ in range(5):
        decide("reject", GOOD)
    again = teach(project, model).fits["accept_chance"]
    stored = model.predictors.get(check_id="accept_chance")
    assert again.weights.astype("<f4").tobytes() == bytes(stored.weights)
    assert again.report.auc == stored.report["auc"]
    assert teach(project).fits["accept_chance"].report.rows == 65


@pytest.mark.usefixtures("taught")
def test_it_keeps_every_version_as_it_was(run: Callable[[], Job]) -> None:
    run()
    run()
    assert list(QualityModel.objects.values_list("version", flat=True)) == [1, 2]
    for rows in (QualityModel.objects.all(), Predictor.objects.all()):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            rows.update(id=99)
    assert QualityModel.objects.count() == 2


@pytest.mark.usefixtures("taught")
def test_it_predicts_anew_with_each_version(run: Callable[[], Job], make_pair: MakePair) -> None:
    pair = make_pair("水温？", GOOD, state=State.QUEUED)
    run()
    job = run()
    assert (job.done, job.total) == (1, 1)
    found = Finding.objects.filter(pair=pair, check_id="accept_chance")
    assert [one.version for one in found] == [2]


@pytest.mark.usefixtures("taught")
def test_it_goes_on_where_it_was_killed(
    run: Callable[[], Job], project: Project, make_pair: MakePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [make_pair(f"水温{number}？", GOOD, state=State.QUEUED) for number in range(6)]
    monkeypatch.setattr(prefilter, "CHUNK", 2)
    job = Job.objects.create(project=project, task=quality.TASK)
    done: list[list[int]] = []
    predict = quality_scores.predict

    def die_at_third(project: Project, ids: list[int]) -> None:
        predict(project, ids)
        done.append(ids)
        if len(done) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(quality, "predict", die_at_third)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job.pk, quality.train)
    assert Finding.objects.filter(check_id="accept_chance").count() == 4
    jobs.run(job.pk, quality.train)
    assert QualityModel.objects.count() == 1
    assert [ids for ids in done if ids == done[0]] == [done[0]]
    assert Finding.objects.filter(check_id="accept_chance").count() == len(pairs)


@pytest.mark.usefixtures("taught")
def test_it_stops_when_asked(project: Project, make_pair: MakePair) -> None:
    make_pair("水温？", GOOD, state=State.QUEUED)
    job = Job.objects.create(project=project, task=quality.TASK, cancel_asked=True)
    jobs.run(job.pk, quality.train)
    job.refresh_from_db()
    assert (job.state, Finding.objects.count()) == (Job.State.CANCELLED, 0)


@pytest.mark.usefixtures("taught")
def test_it_drops_nothing_until_a_lead_switches_it_on(
    run: Callable[[], Job], project: Project, make_pair: MakePair
) -> None:
    bad = make_pair("水温？", BAD, state=State.QUEUED)
    run()
    assert Pair.objects.get(pk=bad.pk).state == State.QUEUED
    Threshold.objects.create(project=project, check_id="accept_chance", low=0.5)
    run()
    bad.refresh_from_db()
    assert (bad.state, bad.transitions.latest("pk").reason) == (State.DROPPED, "accept_chance")


@pytest.mark.usefixtures("taught")
def test_the_pre_filter_predicts_what_is_imported_later(
    run: Callable[[], Job], project: Project, make_pair: MakePair
) -> None:
    run()
    pair = make_pair("水温多少合适？", GOOD)
    job = Job.objects.create(project=project, task="annotation.run_prefilter")
    jobs.run(job.pk, prefilter.run)
    assert Pair.objects.get(pk=pair.pk).state == State.QUEUED
    assert chances_of(pair)["accept_chance"] > 0.8


def test_without_a_model_nothing_is_said_and_nothing_is_missed(
    project: Project, make_pair: MakePair
) -> None:
    pair = make_pair("水温多少合适？", GOOD)
    for done in (1, 0):
        job = Job.objects.create(project=project, task="annotation.run_prefilter")
        jobs.run(job.pk, prefilter.run)
        job.refresh_from_db()
        assert (job.state, job.done) == (Job.State.DONE, done)
    assert chances_of(pair) == {}


def test_it_does_not_learn_from_a_few_decisions(
    run: Callable[[], Job], project: Project, lead: User, decide: Decide
) -> None:
    for _ in range(3):
        decide("accept")
    with pytest.raises(CqiaError, match="decided 3 times; from 50"):
        quality.start(project, lead)
    job = run()
    assert (job.state, job.code) == (Job.State.FAILED, "quality_too_few")
    assert not QualityModel.objects.exists()


def test_it_does_not_learn_from_one_kind_of_decision(
    run: Callable[[], Job], decide: Decide
) -> None:
    for number in range(60):
        decide("reject" if number % 10 == 0 else "accept")
    assert run().code == "quality_one_kind"
    assert not QualityModel.objects.exists()


def test_it_says_nothing_of_rewriting_where_nobody_rewrites(
    run: Callable[[], Job], decide: Decide, make_pair: MakePair
) -> None:
    for number in range(60):
        decide("accept" if number % 2 else "reject", GOOD if number % 2 else BAD)
    pair = make_pair("水温？", GOOD, state=State.QUEUED)
    assert run().state == Job.State.DONE
    assert set(chances_of(pair)) == {"accept_chance"}


def test_a_reviewer_overrules_an_annotator(project: Project, decide: Decide) -> None:
    for number in range(30):
        decide("accept", GOOD, then=("reject", "fix", "approve")[number % 3])
        decide("reject", BAD, then="return" if number < 5 else "")
    report = {name: one.report for name, one in teach(project).fits.items()}
    assert (report["accept_chance"].rows, report["accept_chance"].positive) == (55, 10)
    assert report["rewrite_chance"].positive == 10


@pytest.mark.usefixtures("taught")
def test_it_is_trained_when_enough_decisions_came_in(decide: Decide) -> None:
    assert quality.start_due() == 1
    job = Job.objects.get(task=quality.TASK)
    assert (job.params, job.created_by) == ({"decisions": 60}, None)
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE, params={"decisions": 11})
    assert quality.start_due() == 0
    decide("accept")
    assert quality.start_due() == 1


@pytest.mark.usefixtures("taught")
def test_it_starts_one_training_at_a_time(project: Project, lead: User) -> None:
    assert quality.start(project, lead) == quality.start(project, lead)


@pytest.mark.usefixtures("taught")
def test_it_computes_what_scikit_learn_would(
    run: Callable[[], Job], project: Project, make_pair: MakePair
) -> None:
    """The chance of a pair, worked out again from the stored numbers by their definition."""
    pair = make_pair("水温多少合适？", GOOD, state=State.QUEUED)
    run()
    model = QualityModel.objects.get()
    stored = model.predictors.get(check_id="accept_chance")
    assert len(bytes(stored.weights)) == 4 * (2 * len(model.words) + len(model.checks))
    loaded = quality_scores.load(model.pk)
    one = next(one for one in loaded.learned if one.check_id == "accept_chance")
    counts = [part.count(word) for part in (pair.instruction, GOOD) for word in model.words]
    words = sum(w * n for w, n in zip(one.weights, counts, strict=False)) / sum(counts) ** 0.5
    score = stored.slope * (words + stored.intercept) + stored.offset
    assert model.checks == []
    assert chances_of(pair)["accept_chance"] == pytest.approx(1 / (1 + 2.718281828**-score))
