"""A whole campaign over two models that a real vLLM serves: asked, voted on blind, closed, revealed.

The weights are random, so what is said means nothing; that nothing is lost or mixed up does.
"""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from annotation import jobs
from annotation.models import Endpoint, Job, Project
from cqia.accounts.models import User
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError
from evaluation import campaigns, generation, judging
from evaluation.designs import Design
from evaluation.models import (
    Answer,
    Ballot,
    Campaign,
    JudgeRun,
    ModelVersion,
    Prompt,
    PromptSet,
)
from tests.cast import ClientOf, person
from tests.test_vote_page import cast, page, token
from tests.vllm_server import VllmServer, running

pytestmark = [pytest.mark.vllm, pytest.mark.django_db]

QUESTIONS = (
    "为什么绿茶不宜用沸水冲泡？",
    "写一句关于秋天的话。",
    "一加一等于几？",
    "什么是光合作用？",
)
CHOICES = {"first": "left", "second": "right", "third": "tie"}  # what each of the three always says


@pytest.fixture(scope="module")
def other_vllm(
    vllm_server: VllmServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[VllmServer]:
    """A second engine, with other weights."""
    with running(tmp_path_factory.mktemp("vllm"), "other", seed=2) as server:
        yield server


@pytest.fixture
def models(project: Project, vllm_server: VllmServer, other_vllm: VllmServer) -> list[ModelVersion]:
    made = []
    for name, server in (("zebra-base", vllm_server), ("yak-tuned", other_vllm)):
        address = {"base_url": server.base_url, "model": server.model}
        endpoint = Endpoint.objects.create(project=project, name=name, **address)
        made.append(ModelVersion.objects.create(project=project, name=name, endpoint=endpoint))
    return made


@pytest.fixture
def asked(project: Project) -> PromptSet:
    prompt_set = PromptSet.objects.create(project=project, name="问题集")
    for number, text in enumerate(QUESTIONS):
        key, category = f"q{number}", "问" if number % 2 else "写"
        Prompt.objects.create(prompt_set=prompt_set, key=key, text=text, category=category)
    return prompt_set


@pytest.fixture
def voters(project: Project, client_of: ClientOf) -> dict[str, Client]:
    return {name: client_of(person(name, project, Role.EVALUATOR)) for name in CHOICES}


def test_two_models_are_asked_compared_blind_and_named_once_it_is_closed(
    models: list[ModelVersion],
    asked: PromptSet,
    voters: dict[str, Client],
    lead: User,
    client_of: ClientOf,
    tmp_path: Path,
) -> None:
    for model in models:
        answers_come_in(model, asked, lead)
    plan = campaigns.plan(Design(asked, models, votes_per_matchup=3))
    campaign = campaigns.open_campaign(plan, "第一轮", lead)
    for name, client in voters.items():
        votes_to_the_end(client, campaign, CHOICES[name])
    cast_votes = Ballot.objects.filter(campaign=campaign).counted()
    assert Counter(cast_votes.values_list("choice", flat=True)) == dict.fromkeys(
        CHOICES.values(), len(QUESTIONS)
    )
    nobody_may_look(voters["first"], campaign)
    client_of(lead).post(at(campaign, "close"))
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.CLOSED
    everybody_may_check(voters["first"], campaign, tmp_path)
    everybody_reads_who_it_was(voters["first"], campaign)
    before = voters["first"].get(at(campaign, "ratings.csv")).content
    a_judge_is_asked(campaign, models[0].endpoint, lead)
    assert voters["first"].get(at(campaign, "ratings.csv")).content == before


def answers_come_in(model: ModelVersion, asked: PromptSet, lead: User) -> None:
    """By the job of the models' page; what came out empty is asked for again with another seed."""
    for seed in range(3):
        settings = generation.Settings(max_tokens=48, seed=seed)
        job = generation.start(model, asked, settings, lead)
        jobs.run(job.pk, generation.generate_answers)
        job.refresh_from_db()
        if job.state == Job.State.DONE:
            break
    assert (job.state, job.queue, job.done) == (Job.State.DONE, "gpu", len(QUESTIONS))
    found = Answer.objects.filter(model=model)
    assert found.count() == len(QUESTIONS)
    assert model.endpoint is not None
    assert {answer.params["model"] for answer in found} == {model.endpoint.model}


def votes_to_the_end(client: Client, campaign: Campaign, choice: str) -> None:
    """As a browser without scripts does; no page or header of it names a model or its server."""
    for _ in QUESTIONS:
        text = page(client, campaign)
        answer = cast(client, campaign, choice, token(text))
        for name in ("zebra", "yak", "tiny", "127.0.0.1"):
            assert name not in text
            assert name not in str(answer.headers)
        assert answer.status_code == 302
    assert 'name="ballot"' not in page(client, campaign)


def nobody_may_look(client: Client, campaign: Campaign) -> None:
    for rest in ("", "report", "bundle.zip", "ratings.csv"):
        assert client.get(at(campaign, rest)).status_code == 404, rest
    assert client.get(at(campaign, "assignment.jsonl")).status_code != 200


def everybody_may_check(client: Client, campaign: Campaign, folder: Path) -> None:
    """By the file alone, as anybody can; one side turned round is found out."""
    file = folder / "assignment.jsonl"
    answer: Any = client.get(at(campaign, "assignment.jsonl"))
    file.write_bytes(answer.getvalue())
    call_command("check_assignment", str(file), hash=campaign.commitment)
    nonce, first, *rest = file.read_text().splitlines()
    line = json.loads(first)
    line["left"], line["right"] = line["right"], line["left"]
    file.write_text("\n".join([nonce, json.dumps(line), *rest]))
    with pytest.raises(CommandError):
        call_command("check_assignment", str(file), hash=campaign.commitment)
    checked = client.post(at(campaign, "check"), follow=True).content.decode()
    assert "hashes agree" in checked


def everybody_reads_who_it_was(client: Client, campaign: Campaign) -> None:
    for rest in ("", "report"):
        text = client.get(at(campaign, rest)).content.decode()
        assert all(name in text for name in ("zebra-base", "yak-tuned")), rest
    rows = client.get(f"/api/projects/tea/campaigns/{campaign.pk}/ranking").json()
    assert [row["votes"] for row in rows] == [3 * len(QUESTIONS)] * 2
    assert client.get(at(campaign, "report.pdf")).content.startswith(b"%PDF")
    assert client.get(at(campaign, "ratings.svg")).content.startswith(b"<svg")
    with zipfile.ZipFile(io.BytesIO(client.get(at(campaign, "bundle.zip")).content)) as bundle:
        assert len(bundle.read("votes.csv").decode().splitlines()) == 3 * len(QUESTIONS) + 1


def a_judge_is_asked(campaign: Campaign, endpoint: Endpoint | None, lead: User) -> None:
    """About every comparison in both orders; what it says is its own, in the shape asked for."""
    assert endpoint is not None
    with pytest.raises(CqiaError, match="closed"):
        judging.begin(Campaign(state=Campaign.State.OPEN), endpoint, {}, lead)
    run = judging.begin(campaign, endpoint, {"": "看哪个回答更有用。"}, lead)
    assert run.job is not None
    assert run.job.queue == "gpu"
    jobs.run(run.job.pk, judging.judge)
    job = JudgeRun.objects.get().job
    assert job is not None
    assert (job.state, job.message, job.done) == (Job.State.DONE, "", 2 * len(QUESTIONS))
    said = run.verdicts.all()
    assert Counter(said.values_list("swapped", flat=True)) == {
        False: len(QUESTIONS),
        True: len(QUESTIONS),
    }
    assert {(each.model, each.better in ("first", "second", "tie")) for each in said} == {
        ("tiny", True)
    }
    assert all(each.reason for each in said)


def at(campaign: Campaign, rest: str) -> str:
    return f"/p/tea/evaluate/{campaign.pk}/{rest}"
