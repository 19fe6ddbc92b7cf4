"""Scores with decimals: from probabilities, from samples, from two judges."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from annotation import judge_asking, judge_prompt
from annotation.judge_score import Expected
from annotation.models import Endpoint, Job, Judgement, Project, State
from tests.cast import MakePair
from tests.fake_judge import FakeServer, user_of, verdict
from tests.judge.conftest import Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(project: Project, server: FakeServer) -> Iterator[FakeServer]:
    """Two judges of the project: `server` is the first, this the second."""
    fake = FakeServer()
    for number, url in ((1, server.url), (2, fake.url)):
        fields = {"name": f"judge {number}", "base_url": url, "model": f"model-{number}"}
        Endpoint.objects.create(project=project, judge=number, **fields)
    yield fake
    fake.stop()


def test_it_keeps_decimals_from_token_probabilities(
    run: Run, make_pair: MakePair, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = make_pair(state=State.QUEUED)
    likely = Expected(7.25, 0.5)
    monkeypatch.setattr(judge_prompt, "expected", lambda *_: likely)
    run()
    assert Judgement.objects.get(pair=pair).score == 7.25
    assert pair.findings.get(check_id="judge").score == 7.25


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


def test_it_guesses_nothing_for_a_judge_that_failed(
    run: Run, make_pair: MakePair, server: FakeServer, second: FakeServer
) -> None:
    pair = make_pair(state=State.QUEUED)
    second.script = lambda payload: (200, "嗯")
    run()
    assert Judgement.objects.get(pair=pair, judge=1).score == 9
    assert not pair.findings.exists()


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
