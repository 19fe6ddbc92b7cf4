"""The API of the queue's settings."""

from typing import Any

import pytest
from django.test import Client

from annotation.models import Claim, GoldItem, Lane, Pair, Project, Source, State
from cqia.accounts.models import User
from tests.cast import ClientOf, MakePair

pytestmark = pytest.mark.django_db
API = "/api/projects/tea/queue"
JSON = "application/json"


@pytest.fixture
def client(client_of: ClientOf, lead: User) -> Client:
    return client_of(lead)


def test_it_changes_what_is_named_and_nothing_else(client: Client, project: Project) -> None:
    before = client.get(API).json()
    after = client.patch(API, {"lease_minutes": 45, "queue_order": "source"}, JSON)
    assert after.json() == {**before, "lease_minutes": 45, "queue_order": "source"}
    project.refresh_from_db()
    assert (project.lease_minutes, project.queue_order) == (45, "source")
    assert client.get(API).json() == after.json()


@pytest.mark.parametrize(
    "asked",
    [
        {"lease_minutes": 0},
        {"annotators_per_pair": "many"},
        {"queue_order": "best"},
        {"annotators_per_pair": 3, "most_annotators": 3},
        [1, 2],
    ],
)
def test_it_says_what_is_wrong_and_changes_nothing(client: Client, asked: Any) -> None:
    before = client.get(API).json()
    answer = client.patch(API, asked, JSON)
    assert answer.status_code == 400
    if isinstance(asked, dict):
        assert set(answer.json()) & set(asked)
    assert client.get(API).json() == before


def test_it_pauses_and_resumes(client: Client, project: Project) -> None:
    assert client.put(f"{API}/pause", {}, JSON).status_code == 400
    assert client.put(f"{API}/pause", {"note": "明天继续"}, JSON).json()["pause_note"] == "明天继续"
    project.refresh_from_db()
    assert project.paused_at is not None
    assert client.delete(f"{API}/pause").json()["paused_at"] is None


def test_it_sets_priorities(client: Client, source: Source) -> None:
    asked = [{"source": source.pk, "priority": 2}]
    assert client.put(f"{API}/priorities", asked, JSON).json() == asked
    source.refresh_from_db()
    assert source.priority == 2
    high, unknown = {"source": source.pk, "priority": 10}, {"source": 9**9, "priority": 1}
    bad: tuple[Any, ...] = ([high], [unknown], {})
    for wrong in bad:
        assert client.put(f"{API}/priorities", wrong, JSON).status_code == 400
    source.refresh_from_db()
    assert source.priority == 2


def test_it_makes_changes_and_closes_a_lane(
    client: Client, annotator: User, source: Source, make_pair: MakePair
) -> None:
    make_pair(state=State.QUEUED)
    asked = {"name": "茶", "sources": [source.pk], "members": [annotator.username]}
    made = client.post(f"{API}/lanes", asked, JSON)
    assert made.status_code == 201
    lane = Lane.objects.get()
    assert made.json() == {**asked, "id": lane.pk, "task_types": [], "domains": []}
    assert Claim.objects.get().lane == lane
    assert client.get(f"{API}/lanes").json() == [made.json()]
    changed = client.put(f"{API}/lanes/{lane.pk}", {**asked, "domains": ["生活"]}, JSON)
    assert changed.json() == {**made.json(), "domains": ["生活"]}
    assert client.delete(f"{API}/lanes/{lane.pk}").status_code == 204
    assert client.delete(f"{API}/lanes/{lane.pk}").status_code == 404
    assert client.get(f"{API}/lanes").json() == []


@pytest.mark.parametrize(
    "wrong", [{"sources": [9**9]}, {"members": ["nobody"]}, {"name": ""}, {"sources": []}]
)
def test_it_makes_no_lane_of_what_there_is_not(
    client: Client, source: Source, wrong: dict[str, Any]
) -> None:
    asked = {"name": "茶", "sources": [source.pk], **wrong}
    assert client.post(f"{API}/lanes", asked, JSON).status_code == 400
    assert not Lane.objects.exists()


def test_it_mixes_a_known_pair_in_and_takes_it_out(client: Client, make_pair: MakePair) -> None:
    pair = make_pair(state=State.QUEUED)
    url = f"/api/projects/tea/pairs/{pair.pk}/gold"
    assert client.put(url, {"decision": "reject"}, JSON).status_code == 400
    Pair.objects.update(state=State.REJECTED)
    assert client.put(url, {"decision": "reject"}, JSON).status_code == 200
    assert GoldItem.objects.get(retired_at=None).verb == "reject"
    assert client.delete(url).status_code == 204
    assert client.delete(url).status_code == 404
