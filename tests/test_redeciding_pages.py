"""The pages that move lines: one check's, a preset's, their history, and taking the latest back."""

import pytest
from django.test import Client

from annotation import jobs, prefilter
from annotation.models import Pair, Project, Redecision, State, Threshold
from annotation.thresholds import preset
from cqia.accounts.models import User
from tests.cast import ClientOf, MakePair

TEXT = "绿茶未经发酵，叶片细嫩，沸水会把茶叶烫熟，使茶多酚大量溶出，茶汤发黄发苦。"
pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_of: ClientOf, lead: User) -> Client:
    return client_of(lead)


@pytest.fixture
def pair(project: Project, make_pair: MakePair) -> Pair:
    """A pair that the lines let pass as they are, waiting for annotators."""
    made = make_pair("为什么绿茶要用温水？", TEXT)
    jobs.run(jobs.start("annotation.run_prefilter", project, None).pk, prefilter.run)
    assert state_of(made) == State.QUEUED
    return made


def state_of(pair: Pair) -> str:
    return Pair.objects.get(pk=pair.pk).state


def tighten(client: Client) -> str:
    """Ask of answers what no pair here has; returns what the page says."""
    said = {"check": "length", "low": "1000", "enabled": "on"}
    answer = client.post("/p/tea/prefilter/thresholds", said, follow=True)
    assert answer.redirect_chain == [("/p/tea/prefilter/#check-length", 302)]
    return answer.content.decode()


def test_it_saves_a_line_and_says_what_moved(client: Client, pair: Pair) -> None:
    shown = tighten(client)
    assert "Saved. Pairs dropped: 1; let back in: 0." in shown
    assert "Last change of lines: Lead" in shown
    assert state_of(pair) == State.DROPPED


def test_it_says_that_nothing_moved(client: Client, project: Project) -> None:
    tighten(client)
    assert "The lines were there already; nothing was changed." in tighten(client)


def test_it_undoes_the_latest_change(client: Client, pair: Pair) -> None:
    tighten(client)
    path = f"/p/tea/prefilter/history/{Redecision.objects.get().pk}/undo"
    shown = client.post(path, follow=True).content.decode()
    assert "Undone. Pairs dropped: 0; let back in: 1." in shown
    assert "Last change of lines" not in shown
    assert state_of(pair) == State.QUEUED
    assert "undone by Lead" in client.get("/p/tea/prefilter/history/").content.decode()


def test_it_undoes_nothing_twice(client: Client, pair: Pair) -> None:
    tighten(client)
    path = f"/p/tea/prefilter/history/{Redecision.objects.get().pk}/undo"
    client.post(path)
    assert 'class="notice notice-bad"' in client.post(path, follow=True).content.decode()


def test_it_tells_who_moved_which_line_from_where(client: Client, pair: Pair) -> None:
    tighten(client)
    shown = client.get("/p/tea/prefilter/history/").content.decode()
    assert "<b>Lead</b>" in shown
    assert '<th scope="row">Answer length<td>at least 2<td>at least 1,000</tr>' in shown


def test_it_shows_a_preset_before_it_is_drawn(client: Client, pair: Pair) -> None:
    shown = client.get("/p/tea/prefilter/presets/strict/").content.decode()
    assert "Draw these lines" in shown
    assert not Threshold.objects.exists()
    shown = client.get("/p/tea/prefilter/presets/balanced/").content.decode()
    assert "These are the lines now" in shown


def test_it_draws_the_lines_of_a_preset(client: Client, project: Project, pair: Pair) -> None:
    client.post("/p/tea/prefilter/presets/strict/apply")
    [contamination] = [line for line in preset("strict") if line.check.id == "contamination"]
    assert Threshold.objects.get(check_id="contamination").high == contamination.high
    shown = client.get("/p/tea/prefilter/presets/strict/").content.decode()
    assert "These are the lines now" in shown


def test_it_knows_no_other_preset(client: Client, project: Project) -> None:
    assert client.get("/p/tea/prefilter/presets/brutal/").status_code == 404
    client.post("/p/tea/prefilter/presets/brutal/apply")
    assert not Redecision.objects.exists()


def test_it_restores_all_of_a_list(client: Client, make_pair: MakePair) -> None:
    fits = [make_pair("龙井茶怎样泡？", state=State.DROPPED) for _ in range(2)]
    other = make_pair("普洱怎样泡？", state=State.DROPPED)
    shown = client.post("/p/tea/prefilter/dropped/restore-list", {"q": "龙井"}, follow=True)
    assert "2 pairs restored." in shown.content.decode()
    assert {state_of(pair) for pair in fits} == {State.QUEUED}
    assert state_of(other) == State.DROPPED


def test_it_restores_nothing_of_a_list_that_makes_no_sense(
    client: Client, make_pair: MakePair
) -> None:
    pair = make_pair(state=State.DROPPED)
    client.post("/p/tea/prefilter/dropped/restore-list", {"check": "beauty"})
    assert state_of(pair) == State.DROPPED


def test_it_finds_checks_by_their_words(client: Client, pair: Pair) -> None:
    shown = client.get("/p/tea/prefilter/?q=contact").content.decode()
    assert 'id="check-contact"' in shown
    assert 'id="check-length"' not in shown
    nothing = client.get("/p/tea/prefilter/?q=beauty").content.decode()
    assert '<p class="muted" id="no-check">' in nothing
