import pytest
from django.db import OperationalError
from django.test import Client

from annotation.models import Project, State
from cqia.accounts.models import User
from cqia.overview import chain, waiting
from evaluation import campaigns
from tests.cast import ClientOf, MakeAnnotated, MakePair
from tests.poll import MakePoll
from tests.test_standings import prefer


def test_it_counts_the_chain(
    project: Project, make_pair: MakePair, make_annotated: MakeAnnotated
) -> None:
    for state in (State.IMPORTED, State.DROPPED, State.QUEUED, State.APPROVED):
        make_pair(state=state)
    make_annotated()
    assert [link.count for link in chain(project)] == [5, 3, 2, 1, 0, 0]
    assert [link.count for link in waiting(project)] == [1, 0, 1, 1]


def test_every_number_leads_somewhere(
    lead: User, client_of: ClientOf, make_pair: MakePair, project: Project
) -> None:
    make_pair()
    client = client_of(lead)
    for link in (*chain(project), *waiting(project)):
        assert client.get(link.url).status_code == 200, link.url


def test_an_empty_project_offers_the_first_step(lead: User, client_of: ClientOf) -> None:
    page = client_of(lead).get("/p/tea/").content.decode()
    assert "Nothing imported yet" in page
    assert 'href="/p/tea/sources/"' in page


@pytest.mark.parametrize("form", ["svg", "png", "csv"])
def test_its_plot_can_be_downloaded(
    form: str, lead: User, client_of: ClientOf, make_annotated: MakeAnnotated
) -> None:
    make_annotated()
    answer = client_of(lead).get(f"/p/tea/throughput.{form}")
    assert answer.status_code == 200
    assert answer.content


@pytest.mark.django_db
def test_health_answers_anybody(client: Client) -> None:
    assert client.get("/health/").json() == {"database": "ok", "broker": "ok"}


def test_health_tells_that_postgres_is_gone(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError

    monkeypatch.setattr("cqia.views.connection.cursor", refuse)
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["database"]) == (503, "down")


def test_no_page_allows_inline_script(lead: User, client_of: ClientOf) -> None:
    policy = client_of(lead).get("/p/tea/").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_theme_is_kept_in_a_cookie(lead: User, client_of: ClientOf) -> None:
    client = client_of(lead)
    answer = client.post("/theme/", {"theme": "dark", "next": "/p/tea/"})
    assert answer.headers["Location"] == "/p/tea/"
    assert 'data-theme="dark"' in client.get("/p/tea/").content.decode()


def test_the_theme_switch_leads_nobody_elsewhere(lead: User, client_of: ClientOf) -> None:
    answer = client_of(lead).post("/theme/", {"theme": "x", "next": "https://example.com/"})
    assert answer.headers["Location"] == "/"
    assert "cqia_theme" not in answer.cookies


def test_the_chain_ends_in_how_often_the_tuned_model_was_better_or_equal(
    make_poll: MakePoll, evaluator: User, lead: User, project: Project
) -> None:
    poll = make_poll(prompts=2, baseline="zebra-base")
    assert (chain(project)[-1].label, chain(project)[-1].count) == ("Votes", 0)
    prefer(evaluator, poll, "yak-tuned")
    campaigns.close(poll, lead)
    last = chain(project)[-1]
    assert (last.label, last.count, last.note) == ("Better or equal", "100%", "yak-tuned")
