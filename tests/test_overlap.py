"""Which checks drop the same pairs."""

import pytest
from django.test import Client

from annotation import overlap
from annotation.checks import CHECK_OF
from annotation.models import Finding, Pair, Project
from annotation.thresholds import Line
from cqia.accounts.models import User
from tests.cast import ClientOf, MakePair

pytestmark = pytest.mark.django_db
LINES = [Line(CHECK_OF["length"], True, 10, None), Line(CHECK_OF["contact"], True, None, 0)]


def found(pair: Pair, **scores: float) -> None:
    for check_id, score in scores.items():
        Finding.objects.create(
            pair=pair, project=pair.project, check_id=check_id, version=1, score=score
        )


@pytest.fixture
def measured(make_pair: MakePair) -> None:
    """Two short advertisements, one long one, and one good pair."""
    for length, contact in ((2, 1), (5, 2), (50, 1), (50, 0)):
        found(make_pair(), length=length, contact=contact)


@pytest.mark.usefixtures("measured")
def test_it_counts_what_two_checks_drop_together(project: Project) -> None:
    length, contact = overlap.overlaps(project, LINES)
    assert (length.pairs, length.alone) == (2, 0)
    assert (contact.pairs, contact.alone) == (3, 1)
    assert [(one.pairs, one.share) for one in contact.shared] == [(2, 2 / 3), (3, 1.0)]
    assert [one.line.check.id for one in length.most] == ["contact"]


@pytest.mark.usefixtures("measured")
def test_it_leaves_out_a_check_that_drops_nothing(project: Project) -> None:
    lines = [Line(CHECK_OF["length"], True, 1, None), LINES[1]]
    assert [one.line.check.id for one in overlap.overlaps(project, lines)] == ["contact"]


def test_it_counts_the_pairs_of_its_own_project(make_pair: MakePair) -> None:
    found(make_pair(), length=1)
    assert overlap.overlaps(Project.objects.create(slug="other", name="别处"), LINES) == []


@pytest.mark.usefixtures("measured")
def test_it_shows_the_overlap_as_a_page_and_a_plot(lead: User, client_of: ClientOf) -> None:
    client: Client = client_of(lead)
    assert "Beyond no other" in client.get("/p/tea/prefilter/overlap/").content.decode()
    rows = client.get("/p/tea/prefilter/overlap.csv").content.decode().splitlines()
    assert rows[1] == "Advertisement and contact details,Advertisement and contact details,3,1.0"


def test_it_says_what_comes_here(lead: User, client_of: ClientOf) -> None:
    shown = client_of(lead).get("/p/tea/prefilter/overlap/").content.decode()
    assert "Nothing overlaps yet" in shown
