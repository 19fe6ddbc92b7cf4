"""The API of the pre-filter and of pairs."""

import pytest
from django.test import Client

from annotation import jobs, prefilter
from annotation.models import Job, Pair, Project, State, Threshold
from cqia.accounts.models import User
from tests.cast import ClientOf, MakePair

pytestmark = pytest.mark.django_db
API = "/api/projects/tea"


@pytest.fixture
def client(client_of: ClientOf, lead: User) -> Client:
    return client_of(lead)


def test_it_lists_pairs_with_answers_and_findings(
    client: Client, project: Project, make_pair: MakePair
) -> None:
    pair = make_pair("好喝吗？", "好")
    jobs.run(jobs.start("annotation.run_prefilter", project, None).pk, prefilter.run)
    [row] = client.get(f"{API}/pairs").json()["results"]
    assert (row["id"], row["state"], row["source"]) == (pair.pk, "dropped", "社区问答")
    assert [answer["text"] for answer in row["responses"]] == ["好"]
    assert {"check_id": "length", "version": 1, "score": 1, "evidence": ""} in row["findings"]


def test_it_filters_pairs_by_state_words_and_source(client: Client, make_pair: MakePair) -> None:
    dropped, other = make_pair("好喝吗？", state=State.DROPPED), make_pair("为什么？")

    def ids(query: str) -> list[int]:
        return [row["id"] for row in client.get(f"{API}/pairs?{query}").json()["results"]]

    assert ids("") == [other.pk, dropped.pk]
    assert ids("state=dropped") == [dropped.pk]
    assert ids(f"q=为什么&source={other.source_id}") == [other.pk]
    assert client.get(f"{API}/pairs?source=999999").status_code == 404
    assert client.get(f"{API}/pairs?state=lost").status_code == 400


def test_it_gives_the_next_page_by_a_cursor(
    client: Client, make_pair: MakePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotation.api_pairs.PairPages.page_size", 1)
    first, second = make_pair(), make_pair()
    page = client.get(f"{API}/pairs").json()
    assert [row["id"] for row in page["results"]] == [second.pk]
    assert [row["id"] for row in client.get(page["next"]).json()["results"]] == [first.pk]


def test_it_shows_one_pair(client: Client, make_pair: MakePair) -> None:
    pair = make_pair("好喝吗？")
    assert client.get(f"{API}/pairs/{pair.pk}").json()["instruction"] == "好喝吗？"


def test_it_starts_the_checks(client: Client, project: Project) -> None:
    answer = client.post(f"{API}/prefilter/runs")
    assert answer.status_code == 202
    assert answer.json()["id"] == Job.objects.get(project=project).pk


def test_it_refuses_to_judge_without_a_model(client: Client, project: Project) -> None:
    answer = client.post(f"{API}/prefilter/judge")
    assert (answer.status_code, answer.json()["code"]) == (400, "no_model")


def test_it_reads_and_draws_lines(client: Client, project: Project) -> None:
    lines = {line["check_id"]: line for line in client.get(f"{API}/prefilter/thresholds").json()}
    assert (lines["length"]["low"], lines["length"]["is_default"]) == (2, True)
    body = {"check_id": "length", "enabled": True, "low": 5, "high": None}
    answer = client.put(f"{API}/prefilter/thresholds", body, "application/json")
    assert (answer.status_code, answer.json()["user"]) == (200, "lead")
    assert Threshold.objects.get(project=project).low == 5


def test_it_refuses_a_crossed_line(client: Client, project: Project) -> None:
    body = {"check_id": "length", "enabled": True, "low": 5, "high": 4}
    answer = client.put(f"{API}/prefilter/thresholds", body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "threshold_crossed")


def test_it_restores_a_pair_once(client: Client, make_pair: MakePair) -> None:
    pair = make_pair(state=State.DROPPED)
    answer = client.post(f"{API}/pairs/{pair.pk}/restore")
    assert answer.json() == {"id": pair.pk, "state": "queued"}
    assert client.post(f"{API}/pairs/{pair.pk}/restore").status_code == 409
    assert Pair.objects.get(pk=pair.pk).state == State.QUEUED
