"""A judge whose server misbehaves: what is tried again, recorded, or waited for."""

import socket
import time
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from annotation import jobs, judge, judge_asking, judge_prompt
from annotation.models import Job, Judgement, State
from cqia.lib import llm
from tests.cast import MakePair
from tests.fake_judge import FakeServer, user_of, verdict
from tests.judge.conftest import Run

pytestmark = pytest.mark.django_db


def dawdle(payload: dict[str, Any]) -> tuple[int, str]:
    time.sleep(0.2)
    return 200, verdict(9)


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


def test_it_keeps_the_answer_of_a_second_try(
    run: Run, make_pair: MakePair, server: FakeServer
) -> None:
    pair = make_pair(state=State.QUEUED)
    server.script = lambda payload: (200, verdict(9) if payload["seed"] else "嗯")
    run()
    one = Judgement.objects.get(pair=pair)
    assert (one.score, one.params["attempt"]) == (9, 2)


def test_it_records_an_error_of_the_server_for_one_pair(
    run: Run, make_pair: MakePair, server: FakeServer
) -> None:
    bad, good = make_pair("坏的", state=State.QUEUED), make_pair("好的", state=State.QUEUED)
    server.script = lambda payload: (500, "") if "坏的" in user_of(payload) else (200, verdict(9))
    assert run().state == Job.State.DONE
    assert Judgement.objects.get(pair=bad).failure == "model_refused"
    assert Judgement.objects.get(pair=good).score == 9


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


@pytest.mark.parametrize(("status", "state"), [(503, "paused"), (401, "failed"), (404, "failed")])
def test_it_stops_asking_a_server_that_cannot_answer(
    run: Run, make_pair: MakePair, server: FakeServer, status: int, state: str
) -> None:
    make_pair(state=State.QUEUED)
    server.script = lambda payload: (status, "")
    job = run()
    assert (job.state, job.code, job.code_params["status"]) == (state, "model_refused", status)
    assert not Judgement.objects.exists()


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


def test_it_asks_once_what_the_server_refuses_to_read(
    run: Run, make_pair: MakePair, server: FakeServer
) -> None:
    pair = make_pair("太长", state=State.QUEUED)
    server.script = lambda payload: (400 if "太长" in user_of(payload) else 200, verdict(9))
    assert run().state == Job.State.DONE
    one = Judgement.objects.get(pair=pair)
    assert (one.failure, one.params["requests"], one.method) == ("model_refused", 1, "logprobs")
