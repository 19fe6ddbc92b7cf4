"""The model judge: what it asks, what it keeps, and what it does when the server misbehaves."""

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from annotation import jobs, judge, judge_asking, judge_prompt, judge_templates
from annotation.checks import CHECK_OF
from annotation.judge_score import Expected
from annotation.models import Endpoint, Finding, Job, Judgement, Pair, Project, State
from annotation.redecisions import redecide
from annotation.thresholds import Line
from cqia.accounts.models import User
from cqia.lib import llm
from tests.cast import MakePair
from tests.fake_judge import FakeServer, user_of, verdict

GOOD = "绿茶未经发酵，叶片细嫩，沸水会把茶叶烫熟，使茶多酚大量溶出，茶汤发黄发苦。"


def dawdle(payload: dict[str, Any]) -> tuple[int, str]:
    time.sleep(0.2)
    return 200, verdict(9)


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    fake = FakeServer()
    settings.MODEL_BASE_URL, settings.MODEL_NAME = fake.url, "judge"
    monkeypatch.setattr(llm, "_FIRST_PAUSE_S", 0.001)
    yield fake
    fake.stop()


@pytest.fixture
def run(project: Project, lead: User) -> Callable[..., Job]:
    def run(job: Job | None = None, **scope: object) -> Job:
        job = job or jobs.start("annotation.run_judge", project, lead, queue="gpu", **scope)
        jobs.run(job.pk, judge.run)
        job.refresh_from_db()
        return job

    return run


Run = Callable[..., Job]


@pytest.mark.django_db
def test_it_never_makes_up_a_score_without_a_model(
    run: Run, make_pair: MakePair, settings: Settings
) -> None:
    settings.MODEL_BASE_URL = settings.MODEL_NAME = ""
    make_pair(state=State.QUEUED)
    job = run()
    assert (job.state, job.code) == (Job.State.FAILED, "no_model")
    assert not Judgement.objects.exists()


@pytest.mark.django_db
def test_it_asks_the_judge_of_the_project_first(project: Project, settings: Settings) -> None:
    settings.MODEL_BASE_URL, settings.MODEL_NAME = "http://shared/v1", "shared"
    assert judge.judges_of(project)[0].endpoint.model == "shared"
    own = {"name": "own", "base_url": "http://own/v1", "model": "own"}
    Endpoint.objects.create(project=project, judge=1, **own)
    [only] = judge.judges_of(project)
    assert only.endpoint.url == "http://own/v1/chat/completions"


@pytest.mark.django_db
def test_it_keeps_the_score_with_all_that_led_to_it(
    run: Run, make_pair: MakePair, server: FakeServer
) -> None:
    pair = make_pair("为什么？", GOOD, state=State.QUEUED)
    server.script = lambda payload: (200, verdict(8, safety=10))
    job = run()
    assert (job.state, job.done, job.total) == (Job.State.DONE, 1, 1)
    one = Judgement.objects.get(pair=pair)
    assert (one.score, one.reason, one.failure, one.model) == (8, "清楚", "", "judge-1")
    assert (one.template, one.prompt_version, one.judge) == ("built-in", 2, 1)
    assert (one.prompt_tokens, one.completion_tokens, one.method) == (100, 20, "logprobs")
    assert one.criteria == dict.fromkeys(judge_templates.CRITERIA, 7) | {"safety": 10}
    assert len(one.params.pop("answer")) == 32
    assert one.params == {"attempt": 1, "requests": 1, "mass": 1.0}
    assert one.seconds > 0
    finding = pair.findings.get(check_id="judge")
    assert (finding.score, finding.evidence) == (8, "清楚")


@pytest.mark.django_db
def test_it_asks_only_for_what_changed(run: Run, make_pair: MakePair, server: FakeServer) -> None:
    make_pair("为什么？", GOOD, state=State.QUEUED)
    run()
    new = make_pair("怎么办？", GOOD, state=State.QUEUED)
    run()
    assert len(server.asked) == 2
    assert Judgement.objects.filter(pair=new).count() == 1


@pytest.mark.django_db
def test_it_takes_the_best_of_several_answers(
    run: Run, make_pair: MakePair, server: FakeServer
) -> None:
    pair = make_pair("为什么？", "第一种说法", "第二种说法", state=State.QUEUED)
    server.script = lambda payload: (
        200,
        verdict(9, "好") if "第二种" in user_of(payload) else verdict(3),
    )
    run()
    finding = pair.findings.get(check_id="judge")
    assert (finding.score, finding.evidence) == (9, "好")


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["好的，我给 9 分", verdict(11)])
def test_it_records_an_unusable_answer_as_a_failure_after_three_tries(
    run: Run, make_pair: MakePair, server: FakeServer, answer: str
) -> None:
    pair = make_pair(state=State.QUEUED)
    server.script = lambda payload: (200, answer)
    assert run().state == Job.State.DONE
    one = Judgement.objects.get(pair=pair)
    assert one.score is None
    assert one.failure in ("judge_not_json", "judge_out_of_range")
    assert len(server.asked) == 3
    assert not pair.findings.exists()


@pytest.mark.django_db
def test_it_keeps_the_answer_of_a_second_try(
    run: Run, make_pair: MakePair, server: FakeServer
) -> None:
    pair = make_pair(state=State.QUEUED)
    server.script = lambda payload: (200, verdict(9) if payload["seed"] else "嗯")
    run()
    one = Judgement.objects.get(pair=pair)
    assert (one.score, one.params["attempt"]) == (9, 2)


@pytest.mark.django_db
def test_it_records_an_error_of_the_server_for_one_pair(
    run: Run, make_pair: MakePair, server: FakeServer
) -> None:
    bad, good = make_pair("坏的", state=State.QUEUED), make_pair("好的", state=State.QUEUED)
    server.script = lambda payload: (500, "") if "坏的" in user_of(payload) else (200, verdict(9))
    assert run().state == Job.State.DONE
    assert Judgement.objects.get(pair=bad).failure == "model_refused"
    assert Judgement.objects.get(pair=good).score == 9


@pytest.mark.django_db
def test_it_records_a_timeout_of_one_pair(
    run: Run, make_pair: MakePair, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = make_pair(state=State.QUEUED)
    slow = llm.Endpoint(server.url, "judge", timeout_s=0.05)
    monkeypatch.setattr(judge, "judges_of", lambda project: [judge.Judge(1, slow, 5)])
    monkeypatch.setattr(judge, "_method", lambda *_: judge_prompt.Method.PROBABILITIES)
    server.script = dawdle
    assert run().state == Job.State.DONE
    assert Judgement.objects.get(pair=pair).failure == "model_unreachable"


@pytest.mark.django_db
def test_it_pauses_while_every_request_runs_out_of_time(
    run: Run, make_pair: MakePair, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        make_pair(state=State.QUEUED)
    slow = llm.Endpoint(server.url, "judge", timeout_s=0.05, concurrency=2)
    monkeypatch.setattr(judge, "judges_of", lambda project: [judge.Judge(1, slow, 5)])
    monkeypatch.setattr(judge, "_method", lambda *_: judge_prompt.Method.PROBABILITIES)
    server.script = dawdle
    assert run().state == Job.State.PAUSED


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "state"), [(503, "paused"), (401, "failed"), (404, "failed")])
def test_it_stops_asking_a_server_that_cannot_answer(
    run: Run, make_pair: MakePair, server: FakeServer, status: int, state: str
) -> None:
    make_pair(state=State.QUEUED)
    server.script = lambda payload: (status, "")
    job = run()
    assert (job.state, job.code, job.code_params["status"]) == (state, "model_refused", status)
    assert not Judgement.objects.exists()


@pytest.mark.django_db
def test_it_pauses_while_the_server_is_down_and_then_goes_on(
    run: Run, make_pair: MakePair, server: FakeServer, settings: Settings
) -> None:
    pairs = [make_pair(state=State.QUEUED) for _ in range(3)]
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    settings.MODEL_BASE_URL = f"http://127.0.0.1:{port}/v1"
    job = run()
    assert (job.state, job.code) == (Job.State.PAUSED, "model_unreachable")
    settings.MODEL_BASE_URL = server.url
    assert run(job).state == Job.State.DONE
    assert Judgement.objects.filter(pair__in=pairs, score=9).count() == 3


@pytest.mark.django_db
def test_it_asks_again_for_failures_when_it_is_started_again(
    run: Run, make_pair: MakePair, server: FakeServer
) -> None:
    pair = make_pair(state=State.QUEUED)
    server.script = lambda payload: (200, "嗯")
    run()
    server.script = lambda payload: (200, verdict(9))
    run()
    one = Judgement.objects.get(pair=pair)
    assert (one.score, one.failure) == (9, "")


@pytest.mark.django_db
def test_it_decides_nothing_until_its_line_is_on(
    run: Run, make_pair: MakePair, server: FakeServer, project: Project, lead: User
) -> None:
    pair = make_pair("为什么？", GOOD, state=State.QUEUED)
    server.script = lambda payload: (200, verdict(6, "跑题"))
    run()
    assert Pair.objects.get(pk=pair.pk).state == State.QUEUED
    redecide(project, lead, [Line(CHECK_OF["judge"], True, 8, None)])
    assert Pair.objects.get(pk=pair.pk).state == State.DROPPED
    assert pair.transitions.last().reason == "judge"  # type: ignore[union-attr]


@pytest.mark.django_db
def test_it_leaves_imported_pairs_to_the_rule_checks(
    run: Run, make_pair: MakePair, server: FakeServer
) -> None:
    pair = make_pair()
    run()
    assert Pair.objects.get(pk=pair.pk).state == State.IMPORTED
    assert Finding.objects.get(pair=pair).check_id == "judge"


@pytest.mark.django_db
def test_it_judges_no_more_pairs_than_asked(
    run: Run, make_pair: MakePair, server: FakeServer, batch: Any
) -> None:
    for _ in range(3):
        make_pair(state=State.QUEUED)
    run(limit=2, source=batch.source.pk)
    assert Judgement.objects.count() == 2
    run(source=batch.source.pk + 1)
    assert Judgement.objects.count() == 2


@pytest.fixture
def second(project: Project, server: FakeServer) -> Iterator[FakeServer]:
    """Two judges of the project: `server` is the first, this the second."""
    fake = FakeServer()
    for number, url in ((1, server.url), (2, fake.url)):
        fields = {"name": f"judge {number}", "base_url": url, "model": f"model-{number}"}
        Endpoint.objects.create(project=project, judge=number, **fields)
    yield fake
    fake.stop()


@pytest.mark.django_db
def test_it_keeps_decimals_from_token_probabilities(
    run: Run, make_pair: MakePair, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = make_pair(state=State.QUEUED)
    likely = Expected(7.25, 0.5)
    monkeypatch.setattr(judge_prompt, "expected", lambda *_: likely)
    run()
    assert Judgement.objects.get(pair=pair).score == 7.25
    assert pair.findings.get(check_id="judge").score == 7.25


@pytest.mark.django_db
@pytest.mark.parametrize("refuses", [False, True])
def test_it_takes_the_mean_of_samples_without_probabilities(
    run: Run, make_pair: MakePair, server: FakeServer, settings: Settings, refuses: bool
) -> None:
    pair = make_pair(state=State.QUEUED)
    settings.JUDGE_SAMPLES, server.logprobs = 3, False
    server.script = lambda payload: (
        (400, "")
        if refuses and payload.get("logprobs")
        else (200, verdict(7 + payload["seed"] // judge_asking.ATTEMPTS))
    )
    run()
    one = Judgement.objects.get(pair=pair)
    assert (one.score, one.method) == (8, "samples")
    assert sorted(one.params.pop("scores")) == [7, 8, 9]
    assert (one.params["attempt"], one.params["requests"]) == (1, 3)
    assert (one.prompt_tokens, one.completion_tokens) == (300, 60)
    assert {payload["temperature"] for payload in server.asked} == {0.7}


@pytest.mark.django_db
def test_it_records_a_failure_where_a_sample_is_missing(
    run: Run, make_pair: MakePair, server: FakeServer, settings: Settings
) -> None:
    pair = make_pair(state=State.QUEUED)
    settings.JUDGE_SAMPLES, server.logprobs = 3, False
    bad = range(3, 6)  # the seeds of the second sample
    server.script = lambda payload: (200, "嗯" if payload["seed"] in bad else verdict(9))
    assert run().state == Job.State.DONE
    one = Judgement.objects.get(pair=pair)
    assert (one.score, one.failure, one.params["requests"]) == (None, "judge_not_json", 5)
    assert one.completion_tokens == 100
    assert not pair.findings.exists()


@pytest.mark.django_db
def test_it_holds_few_texts_while_everything_fails(
    run: Run,
    make_pair: MakePair,
    server: FakeServer,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(40):
        make_pair(state=State.QUEUED)
    settings.MODEL_CONCURRENCY = 2
    server.script = lambda payload: (200, "嗯")
    most = 0
    take = judge_asking._take

    def watched(run: Any, *rest: Any) -> None:
        nonlocal most
        take(run, *rest)
        most = max(most, len(run.again) + len(run.tallies))

    monkeypatch.setattr(judge_asking, "_take", watched)
    run()
    assert Judgement.objects.filter(failure="judge_not_json").count() == 40
    assert most <= 10


@pytest.mark.django_db
def test_it_makes_the_mean_of_two_judges_and_their_gap(
    run: Run, make_pair: MakePair, server: FakeServer, second: FakeServer
) -> None:
    pair = make_pair("为什么？", "第一种说法", "第二种说法", state=State.QUEUED)
    server.script = lambda payload: (200, verdict(9 if "第二" in user_of(payload) else 4, "好"))
    second.script = lambda payload: (200, verdict(6 if "第二" in user_of(payload) else 5, "行"))
    job = run()
    assert (job.state, job.done, job.total) == (Job.State.DONE, 4, 4)
    found = {one.check_id: (one.score, one.evidence) for one in pair.findings.all()}
    assert found == {"judge": (7.5, "好 / 行"), "judge_gap": (3, "9.0 / 6.0")}


@pytest.mark.django_db
def test_it_guesses_nothing_for_a_judge_that_failed(
    run: Run, make_pair: MakePair, server: FakeServer, second: FakeServer
) -> None:
    pair = make_pair(state=State.QUEUED)
    second.script = lambda payload: (200, "嗯")
    run()
    assert Judgement.objects.get(pair=pair, judge=1).score == 9
    assert not pair.findings.exists()


@pytest.mark.django_db
def test_it_asks_only_a_judge_that_is_new(
    run: Run, make_pair: MakePair, server: FakeServer, project: Project
) -> None:
    pair = make_pair(state=State.QUEUED)
    fields = {"project": project, "base_url": server.url, "model": "same"}
    Endpoint.objects.create(name="a", judge=1, **fields)
    run()
    Endpoint.objects.create(name="b", judge=2, **fields)
    run()
    assert len(server.asked) == 2
    assert Judgement.objects.filter(pair=pair).count() == 2
    assert pair.findings.get(check_id="judge_gap").score == 0


@pytest.mark.django_db
def test_it_pauses_while_the_second_judge_is_away_and_keeps_what_the_first_said(
    run: Run, make_pair: MakePair, server: FakeServer, second: FakeServer
) -> None:
    pair = make_pair(state=State.QUEUED)
    second.script = lambda payload: (503, "")
    job = run()
    assert (job.state, job.code) == (Job.State.PAUSED, "model_refused")
    second.script = lambda payload: (200, verdict(7))
    assert run(job).state == Job.State.DONE
    assert len(server.asked) == 1
    assert pair.findings.get(check_id="judge").score == 8


@pytest.mark.django_db
def test_it_asks_again_under_a_new_template_or_model(
    run: Run,
    make_pair: MakePair,
    server: FakeServer,
    project: Project,
    lead: User,
    settings: Settings,
) -> None:
    pair = make_pair(state=State.QUEUED)
    run()
    built_in = judge_templates.built_in()
    judge_templates.publish(project, lead, built_in.system + "\n从严。", built_in.user)
    run()
    one = Judgement.objects.filter(pair=pair).latest("id")
    assert (one.template, one.prompt_version) == ("project", 1)
    assert server.asked[-1]["messages"][0]["content"].endswith("从严。")
    settings.MODEL_NAME = "another"
    run()
    assert len(server.asked) == 3


@pytest.mark.django_db
def test_it_asks_nothing_again_under_the_same_words(
    run: Run, make_pair: MakePair, server: FakeServer, project: Project, lead: User
) -> None:
    make_pair(state=State.QUEUED)
    run()
    built_in = judge_templates.built_in()
    judge_templates.publish(project, lead, built_in.system, built_in.user)
    run()
    assert len(server.asked) == 1


@pytest.mark.django_db
def test_it_resumes_by_itself_when_the_beat_rings(
    run: Run, make_pair: MakePair, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = make_pair(state=State.QUEUED)
    server.script = lambda payload: (503, "")
    job = run()
    server.script = lambda payload: (200, verdict(9))
    monkeypatch.setattr(jobs, "ring", lambda job: jobs.run(job.pk, judge.run))
    jobs.ring_idle()
    job.refresh_from_db()
    assert (job.state, job.code) == (Job.State.DONE, "")
    assert Judgement.objects.get(pair=pair).score == 9


@pytest.mark.django_db
def test_it_scores_by_its_own_words_only(run: Run, make_pair: MakePair, server: FakeServer) -> None:
    """A model that echoes what it reads gives no score, though the text holds a fine answer."""
    pair = make_pair("为什么？", verdict(10, "完美"), state=State.QUEUED)
    server.script = lambda payload: (200, user_of(payload))
    run()
    assert Judgement.objects.get(pair=pair).failure == "judge_not_json"


@pytest.mark.django_db
def test_it_asks_once_what_the_server_refuses_to_read(
    run: Run, make_pair: MakePair, server: FakeServer
) -> None:
    pair = make_pair("太长", state=State.QUEUED)
    server.script = lambda payload: (400 if "太长" in user_of(payload) else 200, verdict(9))
    assert run().state == Job.State.DONE
    one = Judgement.objects.get(pair=pair)
    assert (one.failure, one.params["requests"], one.method) == ("model_refused", 1, "logprobs")
