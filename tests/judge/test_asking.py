"""One judge: what is asked, what is kept of the answers, and what they decide."""

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from annotation import judge, judge_templates
from annotation.checks import CHECK_OF
from annotation.models import Endpoint, Finding, Job, Judgement, Pair, Project, State
from annotation.redecisions import redecide
from annotation.thresholds import Line
from cqia.accounts.models import User
from tests.cast import MakePair
from tests.fake_judge import FakeServer, user_of, verdict
from tests.judge.conftest import Run

GOOD = "绿茶未经发酵，叶片细嫩，沸水会把茶叶烫熟，使茶多酚大量溶出，茶汤发黄发苦。"
pytestmark = pytest.mark.django_db


def test_it_never_makes_up_a_score_without_a_model(
    run: Run, make_pair: MakePair, settings: Settings
) -> None:
    settings.MODEL_BASE_URL = settings.MODEL_NAME = ""
    make_pair(state=State.QUEUED)
    job = run()
    assert (job.state, job.code) == (Job.State.FAILED, "no_model")
    assert not Judgement.objects.exists()


def test_it_asks_the_judge_of_the_project_first(project: Project, settings: Settings) -> None:
    settings.MODEL_BASE_URL, settings.MODEL_NAME = "http://shared/v1", "shared"
    assert judge.judges_of(project)[0].endpoint.model == "shared"
    own = {"name": "own", "base_url": "http://own/v1", "model": "own"}
    Endpoint.objects.create(project=project, judge=1, **own)
    [only] = judge.judges_of(project)
    assert only.endpoint.url == "http://own/v1/chat/completions"


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


def test_it_asks_only_for_what_changed(run: Run, make_pair: MakePair, server: FakeServer) -> None:
    make_pair("为什么？", GOOD, state=State.QUEUED)
    run()
    new = make_pair("怎么办？", GOOD, state=State.QUEUED)
    run()
    assert len(server.asked) == 2
    assert Judgement.objects.filter(pair=new).count() == 1


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


def test_it_leaves_imported_pairs_to_the_rule_checks(
    run: Run, make_pair: MakePair, server: FakeServer
) -> None:
    pair = make_pair()
    run()
    assert Pair.objects.get(pk=pair.pk).state == State.IMPORTED
    assert Finding.objects.get(pair=pair).check_id == "judge"


def test_it_judges_no_more_pairs_than_asked(
    run: Run, make_pair: MakePair, server: FakeServer, batch: Any
) -> None:
    for _ in range(3):
        make_pair(state=State.QUEUED)
    run(limit=2, source=batch.source.pk)
    assert Judgement.objects.count() == 2
    run(source=batch.source.pk + 1)
    assert Judgement.objects.count() == 2


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


def test_it_asks_nothing_again_under_the_same_words(
    run: Run, make_pair: MakePair, server: FakeServer, project: Project, lead: User
) -> None:
    make_pair(state=State.QUEUED)
    run()
    built_in = judge_templates.built_in()
    judge_templates.publish(project, lead, built_in.system, built_in.user)
    run()
    assert len(server.asked) == 1


def test_it_scores_by_its_own_words_only(run: Run, make_pair: MakePair, server: FakeServer) -> None:
    """A model that echoes what it reads gives no score, though the text holds a fine answer."""
    pair = make_pair("为什么？", verdict(10, "完美"), state=State.QUEUED)
    server.script = lambda payload: (200, user_of(payload))
    run()
    assert Judgement.objects.get(pair=pair).failure == "judge_not_json"
