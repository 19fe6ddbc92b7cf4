"""Whatever an evaluator asks for while a campaign is open, nothing that comes back tells who answered.

`pytest tests/test_blindness.py -rP` prints what was read.
"""

import logging
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from annotation.models import Endpoint
from cqia import web
from cqia.accounts.models import User
from evaluation import campaigns, votes
from evaluation.models import Answer, Ballot, Campaign, Matchup, ModelVersion
from tests import reading
from tests.cast import ClientOf
from tests.poll import MakePoll, Vote
from tests.reading import NAMES, Reading, all_addresses, received, secrets_in


def shift_numbers() -> None:
    """Give every model, answer, matchup and ballot to come an unmistakable number."""
    with connection.cursor() as cursor:
        for table in (ModelVersion, Answer, Matchup, Ballot):
            name = "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)"
            cursor.execute(name, [table._meta.db_table, reading.FAR])


@pytest.fixture
def campaign(make_poll: MakePoll) -> Campaign:
    shift_numbers()
    return make_poll(prompts=3, votes=2, names=NAMES)


@pytest.fixture
def telltale(make_poll: MakePoll) -> Campaign:
    """An open campaign with all kinds of ballots, whose models are known by much and name themselves."""
    shift_numbers()
    design = {"attention": 0.3, "repeats": 0.3, "spares": 1, "naming": "mask"}
    found = make_poll(prompts=3, votes=1, names=NAMES, **design)
    base, run, note, place, seed = reading.TRAITS
    endpoint = Endpoint.objects.create(
        project=found.project, name=place, base_url=f"https://{place}.example/v1", model=place
    )
    found.models_compared.update(base=base, training_run=run, notes=note, endpoint=endpoint)
    for answer in Answer.objects.select_related("model"):
        answer.params = {"seed": seed}
        answer.text += f"\n\n我是{answer.model.name}。\n\nI am {answer.model.name}."
        answer.save()
    found.criteria, found.tags = ["correctness", "safety"], ["更准确"]
    found.save()
    return found


def signed_in(client_of: ClientOf, user: User) -> Client:
    client = client_of(user)
    client.raise_request_exception = False
    return client


def test_it_tells_an_evaluator_nothing_while_the_campaign_is_open(
    telltale: Campaign,
    evaluator: User,
    client_of: ClientOf,
    vote: Vote,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    read, client = Reading(), signed_in(client_of, evaluator)
    urls = [url for url in all_addresses(telltale) if "logout" not in url]
    with caplog.at_level(logging.INFO), django_capture_on_commit_callbacks(execute=True):
        vote(evaluator, telltale)
        reading.ask_everything(read, client, urls)
    reading.read_static_files(read)
    reading.read_logs(read, caplog.records)
    reading.read_sessions(read)
    reading.read_redis(read)
    print(f"{len(urls)} addresses\n{read.listed()}")
    assert len(urls) > 150
    assert {source.partition(":")[0] for source in read.sources} >= {
        "pages", "pieces by htmx", "API answers", "pages, refused or missing",
        "API answers, refused or missing", "static files", "sessions, decoded",
    }  # fmt: skip
    assert read.found == {}


def test_the_walk_would_see_a_leak(
    telltale: Campaign, evaluator: User, lead: User, client_of: ClientOf, vote: Vote
) -> None:
    vote(evaluator, telltale)
    campaigns.close(telltale, lead)
    read = Reading()
    doors = [url for url in all_addresses(telltale) if "/evaluate/" in url or "campaigns" in url]
    reading.ask_everything(read, signed_in(client_of, evaluator), doors)
    assert read.found != {}
    assert {secret for each in read.found.values() for secret in each} >= set(NAMES)


def test_the_walk_reaches_every_door_of_evaluation(campaign: Campaign) -> None:
    found = set(all_addresses(campaign))
    own = f"vote/{campaign.pk}/"
    doors = {"vote/", f"{own}cast", f"{own}undo", "evaluate/", f"evaluate/{campaign.pk}/"}
    assert {f"/p/tea/{door}" for door in doors} <= found
    api = f"/api/projects/tea/campaigns/{campaign.pk}/"
    assert {f"{api}{door}" for door in ("ballot", "vote", "skip", "undo", "questions")} <= found


def test_the_access_log_has_what_the_browser_sent_and_no_more() -> None:
    # Time, client, request line, status, bytes, seconds: addresses carry the campaign's number alone.
    assert set(re.findall(r"%\((\w+)\)", web.access_log_format)) == set("thrsBL")


def bare(page: str) -> str:
    """A page without what differs from one comparison to the next: texts, tokens, counts."""
    page = re.sub(r'(?s)<div class="prose" lang="zh">.*?</div>', "TEXT", page)
    page = re.sub(r"[0-9a-f]{64}|[0-9A-Za-z]{64}|[0-9A-Za-z+/]{22}==", "TOKEN", page)
    return re.sub(r"\d+", "N", page)


def test_a_trap_and_a_repeat_look_like_any_other_comparison(
    telltale: Campaign, evaluator: User, client_of: ClientOf
) -> None:
    client, url = client_of(evaluator), f"/p/tea/vote/{telltale.pk}/"
    kinds: list[str] = []
    shapes: set[str] = set()
    headers: set[tuple[str, ...]] = set()
    page = client.get(url)
    while ballot := re.search(r'name="ballot" value="(\w+)"', page.content.decode()):
        if kinds:  # before the first vote nothing can be undone
            shapes.add(bare(page.content.decode()))
            headers.add(tuple(sorted(set(page.headers) - {"Content-Length"})))
        held = telltale.ballots.get(holder=evaluator, done_at=None)
        kinds.append(held.kind if held.kind != "attention" else held.matchup.kind)
        client.post(f"{url}cast", {"ballot": ballot[1], "choice": "left"})
        page = client.get(url)
    assert {"vote", "repeat", "identical", "planted"} == set(kinds)
    assert len(shapes) == len(headers) == 1


def test_it_covers_the_names_that_answers_give_themselves(
    telltale: Campaign, evaluator: User
) -> None:
    ballot = votes.next_ballot(evaluator, telltale)
    assert ballot is not None
    shown = votes.show(ballot, evaluator)
    assert "我是▇▇▇" in shown.left + shown.right
    assert secrets_in(f"{shown.left}{shown.right}") == []


def test_nobody_keeps_a_copy_of_a_comparison(
    campaign: Campaign, evaluator: User, client_of: ClientOf
) -> None:
    client = client_of(evaluator)
    for url in (f"/p/tea/vote/{campaign.pk}/", f"/api/projects/tea/campaigns/{campaign.pk}/ballot"):
        answer = client.get(url)
        assert "no-store" in answer.headers["Cache-Control"]
        assert {"ETag", "Last-Modified"} & set(answer.headers) == set()


def test_it_says_nothing_in_the_course_of_a_vote(
    campaign: Campaign, evaluator: User, client_of: ClientOf
) -> None:
    client, url = client_of(evaluator), f"/p/tea/vote/{campaign.pk}/"
    texts = []
    for _ in range(10):
        texts.append(received(client.get(url)))
        ballot = re.search(r'name="ballot" value="(\w+)"', texts[-1])
        data = {"ballot": ballot[1] if ballot else "x", "choice": "left"}
        texts.append(received(client.post(f"{url}cast", data, headers={"HX-Request": "true"})))
    assert campaign.ballots.done().count() == 9
    assert [secrets_in(text) for text in texts] == [[]] * 20


def test_it_says_nothing_through_the_api(
    campaign: Campaign, evaluator: User, client_of: ClientOf
) -> None:
    client, url = client_of(evaluator), f"/api/projects/tea/campaigns/{campaign.pk}/"
    answer = client.get(f"{url}ballot")
    assert set(answer.json()) == {"ballot", "question", "left", "right"}
    assert secrets_in(received(answer)) == []
    vote = client.post(f"{url}vote", {"ballot": answer.json()["ballot"], "choice": "right"})
    assert vote.status_code == 204
    assert campaign.ballots.done().get().choice == "right"
    assert client.get(f"{url}ranking").status_code == 404


def test_its_token_is_of_no_use_to_anybody_else(
    campaign: Campaign, evaluator: User, second_evaluator: User
) -> None:
    ballot = votes.next_ballot(evaluator, campaign)
    assert ballot is not None
    tokens = {votes.token_of(ballot, user) for user in (evaluator, second_evaluator)}
    assert len(tokens) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", token) for token in tokens)


def test_it_refuses_leads_through_the_api(
    campaign: Campaign, lead: User, client_of: ClientOf
) -> None:
    client, url = client_of(lead), f"/api/projects/tea/campaigns/{campaign.pk}/"
    answer = client.get(f"{url}ballot")
    assert (answer.status_code, answer.json()["code"]) == (403, "leads_do_not_vote")
    shown = client.get(f"{url}ranking")
    assert (shown.status_code, shown.json()["code"]) == (400, "campaign_open")
    assert [each["id"] for each in client.get("/api/projects/tea/campaigns").json()] == [
        campaign.pk
    ]
