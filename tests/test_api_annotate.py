from typing import Any

import pytest
from django.test import Client

from annotation.models import Annotation, Claim, Draft, State
from cqia.accounts.models import User, issue_token
from tests.cast import ClientOf, MakePair

CLAIMS = "/api/projects/tea/claims"


@pytest.fixture
def token(annotator: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue_token(annotator, 'script')}"}


def call(token: dict[str, str], path: str = "", data: Any = None, method: str = "post") -> Any:
    send = getattr(Client(), method)
    return send(CLAIMS + path, data or {}, "application/json", headers=token)


def claim(token: dict[str, str]) -> Any:
    return call(token).json()["next"]


def test_it_claims_the_next_pair(token: dict[str, str], make_pair: MakePair) -> None:
    make_pair("问", "答", state=State.QUEUED, domain=["饮食"])
    work = claim(token)
    assert (work["instruction"], work["domain"], work["text"]) == ("问", ["饮食"], "答")
    assert work["answers"] == [{"number": 1, "text": "答"}]
    assert claim(token)["claim"] == work["claim"]


def test_it_submits_and_brings_the_next(token: dict[str, str], make_pair: MakePair) -> None:
    make_pair("问一", "答", state=State.QUEUED)
    make_pair("问二", "答", state=State.QUEUED)
    pk = claim(token)["claim"]
    answer = call(token, f"/{pk}/submit", {"verb": "rewrite", "text": "改"}).json()
    assert answer["next"]["instruction"] == "问二"
    written = Annotation.objects.get().response
    assert written is not None
    assert written.text == "改"


def test_it_ranks_by_numbers(token: dict[str, str], make_pair: MakePair) -> None:
    make_pair("问", "甲", "乙", "丙", state=State.QUEUED)
    work = claim(token)
    call(token, f"/{work['claim']}/submit", {"verb": "rank", "tiers": [[3], [1, 2]]})
    annotation = Annotation.objects.get()
    assert [len(tier) for tier in annotation.tiers] == [1, 2]
    best = annotation.response
    assert best is not None
    assert best.text == work["answers"][2]["text"]


def test_it_keeps_a_draft(token: dict[str, str], make_pair: MakePair) -> None:
    make_pair("问", "甲", "乙", state=State.QUEUED)
    path = f"/{claim(token)['claim']}/draft"
    answer = call(token, path, {"text": "半\r\n", "tiers": [[2], [1]]}, "put")
    assert answer.json()["seconds_left"] == 1799
    assert Draft.objects.get().fields == {"text": "半\n", "places": {"2": 1, "1": 2}}


def test_it_skips(token: dict[str, str], make_pair: MakePair) -> None:
    make_pair(state=State.QUEUED)
    path = f"/{claim(token)['claim']}/skip"
    assert call(token, path).status_code == 400
    answer = call(token, path, {"reason": "too_hard"}).json()
    assert answer == {"next": None, "idle": "skipped", "until": None, "note": ""}


def test_it_claims_the_pair_ahead_and_begins_it(token: dict[str, str], make_pair: MakePair) -> None:
    for name in ("问一", "问二"):
        make_pair(name, "答", state=State.QUEUED)
    current = claim(token)["claim"]
    ahead = call(token, f"/{current}/ahead").json()["next"]
    assert ahead["instruction"] == "问二"
    assert Claim.objects.get(pk=ahead["claim"]).held_since is None
    assert call(token, f"/{ahead['claim']}/begin").json() == {"seconds_left": 1799}
    assert Claim.objects.get(pk=ahead["claim"]).held_since is not None


def test_it_names_what_is_wrong(token: dict[str, str], make_pair: MakePair) -> None:
    make_pair(state=State.QUEUED)
    path = f"/{claim(token)['claim']}/submit"
    answer = call(token, path, {"verb": "reject"})
    assert (answer.status_code, answer.json()["code"]) == (400, "reason_missing")
    assert call(token, path, {"verb": "dance"}).status_code == 400


def test_it_answers_409_to_a_lost_lease(
    token: dict[str, str], make_pair: MakePair, second_annotator: User
) -> None:
    make_pair(state=State.QUEUED)
    pk = claim(token)["claim"]
    Claim.objects.update(holder=second_annotator)
    for path, data, method in (
        ("submit", {"verb": "accept"}, "post"),
        ("draft", {}, "put"),
        ("skip", {"reason": "unclear"}, "post"),
        ("ahead", {}, "post"),
        ("begin", {}, "post"),
    ):
        answer = call(token, f"/{pk}/{path}", data, method)
        assert (answer.status_code, answer.json()["code"]) == (409, "lease_lost")


def test_it_lets_annotators_in_only(reviewer: User, outsider: User, client_of: ClientOf) -> None:
    assert client_of(reviewer).post(CLAIMS).status_code == 403
    assert client_of(outsider).post(CLAIMS).status_code == 404
    assert Client().post(CLAIMS).status_code == 401
