"""What has become of the pairs, by source, check and band of scores; every number leads to its rows."""

from urllib.parse import parse_qs

import pytest
from django.test import Client

from annotation import funnel
from annotation.checks import CHECK_OF
from annotation.models import Finding, Pair, Project, Source, State
from annotation.thresholds import Line
from cqia.accounts.models import User
from tests.cast import ClientOf, MakePair

pytestmark = pytest.mark.django_db
LENGTH = Line(CHECK_OF["length"], True, 10, None)


@pytest.fixture
def pairs(make_pair: MakePair) -> list[Pair]:
    """Answers of 2, 5, 10 and 50 characters; the shorter two are dropped."""
    made = []
    for score in (2, 5, 10, 50):
        pair = make_pair(state=State.DROPPED if score < 10 else State.QUEUED)
        Finding.objects.create(
            pair=pair, project=pair.project, check_id="length", version=1, score=score
        )
        made.append(pair)
    return made


@pytest.fixture
def client(client_of: ClientOf, lead: User) -> Client:
    return client_of(lead)


def counts(found: funnel.Funnel) -> dict[str, list[int]]:
    return {bar.name: [part.count for part in bar.parts] for bar in found.bars}


@pytest.mark.usefixtures("pairs")
def test_it_counts_the_pairs_of_each_source_by_state(project: Project) -> None:
    Source.objects.create(project=project, name="空", recipe="cqia")
    found = funnel.by_source(project)
    assert found.names == ["dropped", "queued"]
    assert counts(found) == {"社区问答": [2, 2], "空": [0, 0]}


@pytest.mark.usefixtures("pairs")
def test_it_counts_the_drops_of_each_check_by_source(project: Project) -> None:
    project.thresholds.create(check_id="length", enabled=True, low=10, high=None)
    found = funnel.by_check(project)
    assert (found.names, counts(found)) == (["社区问答"], {"Answer length": [2]})


@pytest.mark.usefixtures("pairs")
def test_no_band_lies_on_both_sides_of_the_line(project: Project) -> None:
    found = funnel.by_band(project, LENGTH)
    assert found.names == ["dropped", "queued"]
    assert counts(found) == {
        "2": [1, 0],
        "4 to 6": [1, 0],
        "10 to 14": [0, 1],
        "34 and more": [0, 1],
    }


def test_it_counts_the_bands_of_one_source(project: Project, pairs: list[Pair]) -> None:
    other = Source.objects.create(project=project, name="别处", recipe="cqia")
    assert funnel.by_band(project, LENGTH, other).bars == []
    assert sum(bar.total for bar in funnel.by_band(project, LENGTH, pairs[0].source).bars) == 4


@pytest.mark.usefixtures("pairs")
def test_every_number_leads_to_its_pairs(client: Client, project: Project) -> None:
    """By band: the list that a number links to holds that many pairs."""
    for bar in funnel.by_band(project, LENGTH).bars:
        for part in bar.parts:
            page = client.get(f"/p/tea/pairs/?{part.address}").context["page"]
            assert page.count == part.count, parse_qs(part.address)


@pytest.mark.parametrize("query", ["", "?by=check", "?check=length", "?check=beauty", "?source=x"])
@pytest.mark.usefixtures("pairs")
def test_it_shows_the_funnel_as_a_page_and_a_plot(client: Client, query: str) -> None:
    assert client.get(f"/p/tea/prefilter/funnel/{query}").status_code == 200
    assert client.get(f"/p/tea/prefilter/funnel/bars.csv{query}").status_code == 200


def test_it_says_what_comes_here(client: Client, project: Project) -> None:
    shown = client.get("/p/tea/prefilter/funnel/").content.decode()
    assert "Nothing to count yet" in shown
