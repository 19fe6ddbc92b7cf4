"""The least length of an answer: of the recipe by kind of task, or of the source."""

import pytest
from django.test import Client

from annotation import floors, prefilter
from annotation.checks.short_for_source import ShortForSource
from annotation.models import Finding, Job, Pair, Source, State
from cqia.accounts.models import AuditEntry, User
from tests.cast import ClientOf, MakePair

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(make_pair: MakePair) -> Pair:
    """A synopsis of four characters, of a source that is read as CQIA."""
    pair = make_pair("写一段概要。", "一部电影", state=State.IMPORTED)
    Source.objects.filter(pk=pair.source_id).update(recipe="cqia")
    Pair.objects.filter(pk=pair.pk).update(task_minor=["故事概要"])
    return pair


@pytest.fixture
def browser(lead: User, client_of: ClientOf) -> Client:
    return client_of(lead)


def run(pair: Pair) -> None:
    prefilter.run(Job.objects.create(project=pair.project, task="annotation.run_prefilter"))


def score(pair: Pair) -> float:
    return Finding.objects.get(pair=pair, check_id="short_for_source").score


def test_it_asks_what_the_recipe_asks_of_the_kind_of_task(pair: Pair) -> None:
    run(pair)
    pair.refresh_from_db()
    assert score(pair) == pytest.approx(4 / 200)
    assert pair.state == State.DROPPED


def test_it_asks_nothing_of_other_kinds(pair: Pair) -> None:
    Pair.objects.filter(pk=pair.pk).update(task_minor=["书评"])
    assert floors.floors_of([pair.pk]) == {pair.pk: 0}


def test_it_asks_what_the_source_asks_instead(pair: Pair, lead: User) -> None:
    assert floors.set_floor(pair.source, 0, lead)
    assert floors.floors_of([pair.pk]) == {pair.pk: 0}


def test_it_measures_anew_after_a_change(pair: Pair, lead: User) -> None:
    run(pair)
    floors.set_floor(pair.source, 4, lead)
    run(pair)
    pair.refresh_from_db()
    assert score(pair) == 1
    assert pair.state == State.QUEUED
    assert Finding.objects.filter(pair=pair, check_id="short_for_source").count() == 1


def test_it_leaves_findings_as_they_are_where_nothing_changes(pair: Pair, lead: User) -> None:
    version = ShortForSource().version_in(pair.project_id)
    assert not floors.set_floor(pair.source, None, lead)
    assert ShortForSource().version_in(pair.project_id) == version
    assert not Job.objects.exists()


def test_the_page_changes_a_floor(pair: Pair, browser: Client) -> None:
    answer = browser.post(f"/p/tea/sources/{pair.source_id}/floor", {"floor": "120"}, follow=True)
    page = answer.content.decode()
    assert Source.objects.get(pk=pair.source_id).answer_floor == 120
    assert Job.objects.get().task == "annotation.run_prefilter"
    assert AuditEntry.objects.filter(action="floor set").count() == 1
    assert "The pre-filter measures the answers anew." in page
    assert 'value="120"' in page


def test_the_page_refuses_a_floor_below_nothing(pair: Pair, browser: Client) -> None:
    browser.post(f"/p/tea/sources/{pair.source_id}/floor", {"floor": "-1"})
    assert Source.objects.get(pk=pair.source_id).answer_floor is None


def test_the_api_changes_a_floor(pair: Pair, browser: Client) -> None:
    url = f"/api/projects/tea/sources/{pair.source_id}/floor"
    answer = browser.post(url, {"floor": 50}, content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, {"floor": 50})
    assert Source.objects.get(pk=pair.source_id).answer_floor == 50
