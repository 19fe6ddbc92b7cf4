"""Whatever an evaluator asks for while a campaign is open, nothing that comes back tells who answered."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from cqia.accounts.models import User
from evaluation import campaigns, votes
from evaluation.models import Answer, Ballot, Campaign, Matchup, ModelVersion
from tests.cast import ClientOf
from tests.poll import MakePoll, Vote

NAMES = ("zebra-base", "yak-tuned", "wolf-rival")
# Numbers that occur nowhere by chance; every number an evaluator could read something from.
FAR = 7_310_000_000


@pytest.fixture
def campaign(make_poll: MakePoll) -> Campaign:
    """An open campaign of which every model, answer, matchup and ballot has an unmistakable number."""
    for table in (ModelVersion, Answer, Matchup, Ballot):
        shift_numbers(table._meta.db_table)
    return make_poll(prompts=3, votes=2, names=NAMES)


def shift_numbers(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, FAR])


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each, route)
        elif isinstance(each, URLPattern):
            yield route


def address(route: str, campaign: Campaign) -> str:
    """A route with its places filled in: this project, this campaign, a chart, a format."""
    values = {"slug": campaign.project.slug, "pk": str(campaign.pk), "number": "1"}
    values |= {"name": "ratings", "form": "svg", "filename": "x", "format": ".json"}
    filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values.get(found[1], "x"), route)
    return "/" + re.sub(r"[\^$\\]|\(\?P.*?\)", "", filled)


def all_addresses(campaign: Campaign) -> list[str]:
    found = [address(route, campaign) for route in patterns(get_resolver())]
    charts = [
        f"/p/tea/evaluate/{campaign.pk}/{name}.{form}"
        for name in ("ratings", "outcomes")
        for form in ("svg", "png", "csv")
    ]
    return [*found, *charts, f"/p/tea/evaluate/{campaign.pk}/?category=问", "/p/tea/vote/?all"]


def received(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    cookies = answer.cookies.output()
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return f"{headers}\n{cookies}\n{body.decode('utf-8', 'replace')}"


def secrets_in(text: str) -> list[str]:
    return [*(name for name in NAMES if name in text.lower()), *re.findall(r"7310\d{6}", text)]


def leaks(client: Client, urls: list[str]) -> dict[str, list[str]]:
    found = {}
    for url in urls:
        for ask in (client.get, client.post):
            for headers in ({}, {"HX-Request": "true"}) if "/p/" in url else ({},):
                if secrets := secrets_in(received(ask(url, headers=headers))):
                    found[f"{ask.__name__} {url}"] = secrets
    return found


def signed_in(client_of: ClientOf, user: User) -> Client:
    client = client_of(user)
    client.raise_request_exception = False
    return client


def test_it_tells_an_evaluator_nothing_while_the_campaign_is_open(
    campaign: Campaign, evaluator: User, client_of: ClientOf, vote: Vote
) -> None:
    vote(evaluator, campaign)
    urls = [url for url in all_addresses(campaign) if "logout" not in url]
    assert len(urls) > 60
    assert leaks(signed_in(client_of, evaluator), urls) == {}


def test_the_walk_would_see_a_leak(
    campaign: Campaign, evaluator: User, lead: User, client_of: ClientOf, vote: Vote
) -> None:
    vote(evaluator, campaign)
    campaigns.close(campaign, lead)
    doors = [url for url in all_addresses(campaign) if "evaluate" in url or "campaigns" in url]
    found = leaks(signed_in(client_of, evaluator), doors)
    assert set(found[f"get /p/tea/evaluate/{campaign.pk}/"]) == set(NAMES)
    # Only one vote was cast, so two models have a rank.
    assert len(found[f"get /api/projects/tea/campaigns/{campaign.pk}/ranking"]) == 2


def test_the_walk_reaches_every_door_of_evaluation(campaign: Campaign) -> None:
    found = set(all_addresses(campaign))
    doors = {"vote/", f"vote/{campaign.pk}/cast", "evaluate/", f"evaluate/{campaign.pk}/"}
    assert {f"/p/tea/{door}" for door in doors} <= found
    assert f"/api/projects/tea/campaigns/{campaign.pk}/ballot" in found


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
