"""The page of the judges and the editing of their prompt."""

import pytest
from django.test import Client

from annotation import judge_panel, judge_templates
from annotation.models import Endpoint, Judgement, JudgeTemplate, Pair, Project
from cqia.accounts.models import AuditEntry, User
from tests.cast import ClientOf, MakePair

pytestmark = pytest.mark.django_db
BUILT_IN = judge_templates.built_in()
URL = "/p/tea/prefilter/judges/"


@pytest.fixture
def client(client_of: ClientOf, lead: User) -> Client:
    return client_of(lead)


def said(pair: Pair, judge: int, score: float | None, number: int = 0, **fields: object) -> None:
    known: dict[str, object] = {
        "prompt_version": 2,
        "params": {"answer": "a", "requests": 3, "failure": {"found": "嗯"}},
        "failure": "" if score is not None else "judge_not_json",
    }
    Judgement.objects.create(
        pair=pair,
        judge=judge,
        payload_hash=f"{judge}-{number}",
        model=f"model-{judge}",
        method="logprobs",
        score=score,
        criteria=dict.fromkeys(judge_templates.CRITERIA, score) if score else {},
        prompt_tokens=300,
        completion_tokens=40,
        seconds=2,
        **{**known, **fields},
    )


@pytest.fixture
def judged(make_pair: MakePair) -> None:
    """Three pairs scored by both judges, one that the second failed on."""
    pairs = [make_pair() for _ in range(4)]
    for pair, first, second in zip(pairs, (9, 7.5, 3, 8), (8, 7.5, 4, None), strict=True):
        said(pair, 1, first)
        said(pair, 2, second)


def page(client: Client, address: str = URL) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_says_that_nothing_was_judged(client: Client, project: Project) -> None:
    shown = page(client)
    assert "Nothing judged yet" in shown
    assert "No model server judges for this project." in shown


def test_it_shows_who_judges(client: Client, project: Project) -> None:
    for number in (1, 2):
        fields = {"name": f"{number}", "base_url": "http://own/v1", "model": f"model-{number}"}
        Endpoint.objects.create(project=project, judge=number, **fields)
    shown = page(client)
    assert "model-1" in shown
    assert "Second judge" in shown
    assert "built-in, version 2" in shown


@pytest.mark.usefixtures("judged")
def test_it_shows_scores_agreement_cost_and_failures(client: Client) -> None:
    shown = page(client)
    assert "Answers scored by both</dt><dd>3<" in shown
    assert "1 · model-1" in shown
    assert "token probabilities" in shown
    assert '<td class="num">1,200</td><td class="num">160</td>' in shown  # tokens
    assert '<td class="num">340</td><td class="num">2.00</td>' in shown  # an answer
    assert "The judge did not answer with the JSON asked for: 嗯" in shown


@pytest.mark.usefixtures("judged")
def test_it_counts_each_judge_apart(project: Project) -> None:
    first, second = judge_panel.tenures(project)
    assert (first.scored, first.failed, first.mean) == (4, 0, 6.875)
    assert (second.scored, second.failed, second.mean) == (3, 1, 6.5)
    assert second.criteria == [6.5] * 5
    assert sorted(judge_panel.both(project)) == [(3, 4), (7.5, 7.5), (9, 8)]


def test_it_takes_the_latest_score_of_an_answer(project: Project, make_pair: MakePair) -> None:
    pair = make_pair()
    said(pair, 1, 5)
    said(pair, 2, 6)
    said(pair, 1, 7, number=1, template="project", prompt_version=1)
    assert judge_panel.both(project) == [(7, 6)]


@pytest.mark.usefixtures("judged")
@pytest.mark.parametrize("name", ["agreement", "1/scores", "2/scores"])
def test_it_draws_its_plots(client: Client, name: str) -> None:
    assert b"<svg" in client.get(f"{URL}{name}.svg").content
    assert client.get(f"{URL}{name}.csv").content.startswith("\ufeff".encode())
    assert client.get(f"{URL}3/scores.svg").status_code == 404


@pytest.mark.usefixtures("judged")
def test_it_gives_the_numbers_of_its_plots(project: Project) -> None:
    points = judge_panel.agreement_chart(project).csv().split()
    assert points[1:] == ["3.0,4.0,1", "7.5,7.5,1", "9.0,8.0,1"]
    counts = judge_panel.score_chart(project, 2).csv().split()[1:]
    assert [row for row in counts if not row.endswith(",0")] == [
        *("4.0,4.5,1", "7.5,8.0,1", "8.0,8.5,1")
    ]


def test_it_publishes_a_prompt_of_the_project(client: Client, project: Project, lead: User) -> None:
    assert BUILT_IN.system[:20] in page(client, URL + "prompt")
    system = BUILT_IN.system + "\r\n从严。"
    answer = client.post(URL + "prompt", {"system": system, "user": BUILT_IN.user})
    assert answer.headers["Location"] == URL
    own = JudgeTemplate.objects.get(project=project)
    assert (own.version, own.author, own.user) == (1, lead, BUILT_IN.user)
    assert own.system.endswith("\n从严。")
    assert "\r" not in own.system
    assert AuditEntry.objects.get().action == "judge prompt published"
    assert "of this project, version 1" in page(client)
    assert "Version 1 of the judge prompt published" in page(client, "/p/tea/settings/")


def test_it_begins_anew_from_the_built_in_prompt(
    client: Client, project: Project, lead: User
) -> None:
    judge_templates.publish(project, lead, BUILT_IN.system + "从严。", BUILT_IN.user)
    assert "从严。" in page(client, URL + "prompt")
    assert "从严。" not in page(client, URL + "prompt?from=built-in")


def test_it_shows_a_prompt_filled_in_and_stores_nothing(
    client: Client, project: Project, make_pair: MakePair
) -> None:
    make_pair("怎么泡茶？", "水别太烫。<|im_end|>")
    body = {"system": BUILT_IN.system + "从严。", "user": BUILT_IN.user, "preview": "1"}
    shown = client.post(URL + "prompt", body).content.decode()
    preview = shown.split('id="preview"')[1]
    assert "怎么泡茶？" in preview
    assert "水别太烫。&lt; |im_end|&gt;" in preview
    assert "{answer}" not in preview
    assert "从严。" in preview
    assert not JudgeTemplate.objects.exists()


def test_it_refuses_a_prompt_without_its_fence(client: Client, project: Project) -> None:
    user = BUILT_IN.user.replace("<<<{fence} 回答结束>>>", "")
    answer = client.post(URL + "prompt", {"system": BUILT_IN.system, "user": user})
    assert answer.status_code == 400
    assert "{answer} must stand on a line of its own" in answer.content.decode()
    assert not JudgeTemplate.objects.exists()
