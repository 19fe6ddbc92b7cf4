"""Labelling pairs beside a line, and what is read from it."""

from collections.abc import Callable

import pytest
from django.test import Client

from annotation import labels, sides
from annotation.checks import CHECK_OF
from annotation.line_quality import Share
from annotation.models import Finding, Pair, Project, ScoreLabel
from annotation.thresholds import Line
from cqia.accounts.models import User
from tests.cast import ClientOf, MakePair

pytestmark = pytest.mark.django_db
LINE = Line(CHECK_OF["length"], True, 10, None)
Measured = Callable[..., list[Finding]]


@pytest.fixture
def measured(make_pair: MakePair) -> Measured:
    """measured(3, 12): pairs with answers of these lengths; returns the findings."""

    def measured(*scores: float) -> list[Finding]:
        return [finding(make_pair(), score) for score in scores]

    return measured


def finding(pair: Pair, score: float, evidence: str = "") -> Finding:
    return Finding.objects.create(
        pair=pair,
        project=pair.project,
        check_id="length",
        version=1,
        score=score,
        evidence=evidence,
    )


def quality(project: Project, line: Line = LINE) -> labels.Quality:
    return labels.quality(line, labels.scored(project)["length"])


def test_it_reads_precision_and_recall_of_the_labelled(
    project: Project, lead: User, measured: Measured
) -> None:
    for one, keep in zip(measured(2, 5, 9, 20), (False, False, True, False), strict=True):
        labels.label(project, lead, one, keep)
    found = quality(project)
    assert (found.precision, found.recall) == (Share(2, 3), Share(2, 3))
    assert found.sampled == found.missed == Share(0, 0)
    assert found.best == Share(2, 3)


def test_it_counts_the_last_label_of_a_pair(
    project: Project, lead: User, reviewer: User, measured: Measured
) -> None:
    [one] = measured(2)
    labels.label(project, lead, one, keep=True)
    labels.label(project, reviewer, one, keep=False)
    assert quality(project).precision == Share(1, 1)


def test_it_lets_people_change_their_mind_and_take_it_back(
    project: Project, lead: User, measured: Measured
) -> None:
    [one] = measured(2)
    labels.label(project, lead, one, keep=True)
    labels.label(project, lead, one, keep=False)
    assert ScoreLabel.objects.get().keep is False
    labels.unlabel(project, lead, one)
    assert not ScoreLabel.objects.exists()


def test_it_tells_the_random_draw_from_what_was_picked(
    project: Project, lead: User, measured: Measured
) -> None:
    picked, drawn, within = measured(2, 5, 20)
    labels.label(project, lead, picked, keep=True)
    labels.label(project, lead, drawn, keep=False, drawn_at=LINE)
    labels.label(project, lead, within, keep=True, drawn_at=LINE)
    found = quality(project)
    assert (found.sampled, found.missed) == (Share(1, 1), Share(0, 1))
    assert found.best == Share(1, 1)
    assert found.recall_of_all(1, 1) is not None


@pytest.mark.parametrize(
    ("low", "sampled", "missed"),
    [(10, 1, 1), (8, 1, 0), (12, 0, 1)],
    ids=["the same line", "one that drops less", "one that drops more"],
)
def test_a_draw_speaks_for_a_side_only_where_it_covered_it(
    project: Project, lead: User, measured: Measured, low: float, sampled: int, missed: int
) -> None:
    beyond, within = measured(5, 20)
    labels.label(project, lead, beyond, keep=False, drawn_at=LINE)
    labels.label(project, lead, within, keep=True, drawn_at=LINE)
    found = quality(project, Line(LINE.check, True, low, None))
    assert (found.sampled.total, found.missed.total) == (sampled, missed)


def test_it_shows_the_pairs_nearest_to_the_line_first(project: Project, measured: Measured) -> None:
    measured(1, 9, 4, 10, 30)
    shown = sides.near(project, LINE, "low")
    assert [card.finding.score for card in shown.outside] == [9, 4, 1]
    assert [card.finding.score for card in shown.inside] == [10, 30]
    assert shown.further is None


def test_it_goes_further_from_the_line_page_by_page(project: Project, measured: Measured) -> None:
    measured(*range(10, 10 + sides.SIDE + 3))
    assert sides.near(project, LINE, "low").further == 2
    second = sides.near(project, LINE, "low", 2)
    assert [card.finding.score for card in second.inside] == [30, 31, 32]
    assert second.further is None


def test_it_draws_again_in_the_same_order_without_what_was_labelled(
    project: Project, lead: User, measured: Measured
) -> None:
    measured(1, 2, 3, 4, 20, 21)
    first = [card.finding for card in sides.drawn(project, LINE).outside]
    assert [card.finding for card in sides.drawn(project, LINE).outside] == first
    labels.label(project, lead, first[0], keep=False, drawn_at=LINE)
    assert [card.finding for card in sides.drawn(project, LINE).outside] == first[1:]


def test_it_asks_again_in_the_draw_for_a_pair_that_was_picked(
    project: Project, lead: User, measured: Measured
) -> None:
    [one] = measured(2)
    labels.label(project, lead, one, keep=True)
    [card] = sides.drawn(project, LINE).outside
    assert (card.finding, card.label) == (one, None)


# The page


@pytest.fixture
def client(client_of: ClientOf, lead: User) -> Client:
    return client_of(lead)


def test_it_marks_the_evidence_in_its_place(client: Client, make_pair: MakePair) -> None:
    finding(make_pair("题", "茶要慢慢喝，慢慢品。"), 12, "慢慢")
    shown = client.get("/p/tea/prefilter/checks/length/?low=10").content.decode()
    assert "茶要<mark>慢慢</mark>喝，慢慢品。" in shown


def test_it_shows_the_sides_of_another_line_than_the_saved(
    client: Client, measured: Measured
) -> None:
    measured(30)
    path = "/p/tea/prefilter/checks/length/"
    beyond, within = client.get(f"{path}?low=40").content.decode().split("<h4>Within the line")
    assert "score 30" in beyond
    assert "score 30" not in within


def test_it_labels_without_a_script_and_comes_back(
    client: Client, lead: User, measured: Measured
) -> None:
    [one] = measured(30)
    path = "/p/tea/prefilter/checks/length/"
    said = {"pair": one.pair_id, "keep": "0", "low": "40", "high": "", "bound": "low"}
    answer = client.post(f"{path}labels", said)
    assert answer.headers["Location"] == f"{path}?low=40&high=&bound=low"
    made = ScoreLabel.objects.get()
    assert (made.pair_id, made.keep, made.user, made.drawn) == (one.pair_id, False, lead, False)


def test_it_answers_a_label_with_the_card_and_the_figures(
    client: Client, measured: Measured
) -> None:
    [one] = measured(30)
    said = {"pair": one.pair_id, "keep": "0", "low": "40", "high": "", "draw": "1"}
    path = "/p/tea/prefilter/checks/length/labels"
    shown = client.post(path, said, headers={"HX-Request": "true"}).content.decode()
    assert 'value="0" aria-pressed="true"' in shown
    assert "1 of 1 drawn at random beyond the line should be dropped" in shown
    assert "precision 100% (21%–100%, 1 labelled)" in shown
    made = ScoreLabel.objects.get()
    assert (made.drawn, made.drawn_low, made.drawn_high) == (True, 40, None)


def test_it_proposes_a_line_and_offers_to_put_it_there(
    client: Client, project: Project, lead: User, measured: Measured
) -> None:
    for one in measured(*range(1, 6), *range(20, 26)):
        labels.label(project, lead, one, keep=one.score > 10)
    shown = client.get("/p/tea/prefilter/checks/length/").content.decode()
    assert "Proposed line: 20." in shown
    assert 'data-low="20" data-high=""' in shown
    rows = client.get("/p/tea/prefilter/checks/length/quality.csv?bound=low").content.decode()
    assert "20.0,1.0,Precision" in rows.splitlines()


@pytest.mark.parametrize("pair", ["", "x", "9" * 30, "999999"])
def test_it_knows_no_label_of_a_pair_that_is_not_there(
    client: Client, project: Project, pair: str
) -> None:
    path = "/p/tea/prefilter/checks/length/labels"
    assert client.post(path, {"pair": pair, "keep": "1"}).status_code == 404


def test_it_labels_no_pair_of_another_project(
    client_of: ClientOf, site_admin: User, measured: Measured
) -> None:
    [one] = measured(30)
    Project.objects.create(slug="other", name="别处")
    said = {"pair": one.pair_id, "keep": "1"}
    answer = client_of(site_admin).post("/p/other/prefilter/checks/length/labels", said)
    assert answer.status_code == 404
    assert not ScoreLabel.objects.exists()
