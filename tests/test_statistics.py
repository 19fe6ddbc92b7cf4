"""Counting the figures of a release, keeping them, and the page that shows them."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from annotation import jobs
from annotation.models import Job, Project
from cqia.accounts.models import User
from review import composing
from review.composition import Body
from review.models import Release, Statistics
from review.statistics import FIGURES, counting
from review.statistics.charts import CHARTS
from review.statistics.quick import quick_figures
from tests.cast import ClientOf, MakeAnnotated, MakeRelease

PAGE = "/p/tea/releases/1/statistics/"


def counted(release: Release) -> dict[str, Any]:
    return counting.of(release)


@pytest.fixture
def release(make_annotated: MakeAnnotated, make_release: MakeRelease) -> Release:
    """Two rows, the second rewritten."""
    return make_release(
        [make_annotated("原答案。"), make_annotated(rewrite="改写后的答案，长一些。")]
    )


def test_freezing_counts_every_figure(release: Release) -> None:
    figures = counted(release)
    assert set(figures) == {figure.id for figure in FIGURES}
    assert figures["mix"]["whole"][:2] == [2, len("原答案。") + len("改写后的答案，长一些。")]
    assert figures["mix"]["by"]["source"]["top"][0][:2] == ["社区问答", 2]
    assert figures["decisions"]["verdicts"] == [["accept", 1], ["rewrite", 1]]
    assert figures["decisions"]["edits"]["values"] == 1
    assert {figure["rows"] for figure in figures.values()} == {2}


def test_people_are_counted_by_pseudonym(release: Release) -> None:
    people = counted(release)["people"]
    [[annotator, rows]] = people["annotator"]["top"]
    assert (annotator.startswith("annotator-"), rows) == (True, 2)
    assert people["reviewer"]["people"] == 1


def test_counting_again_changes_nothing(release: Release) -> None:
    before = counted(release)
    counting.count(release, lambda _done, _of: None)
    assert counted(release) == before
    assert Statistics.objects.count() == len(FIGURES)


def test_it_tells_how_many_rows_were_read(release: Release) -> None:
    assert {(figure["rows"], figure["read"]) for figure in counted(release).values()} == {(2, 2)}
    assert counting.told(FIGURES[0](), 10, 3)["read"] == 4


@pytest.mark.parametrize(
    "sql", ["UPDATE review_statistics SET name = 'x'", "DELETE FROM review_statistics"]
)
def test_what_was_counted_cannot_be_changed(release: Release, sql: str) -> None:
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        connection.cursor().execute(sql)


def test_an_older_release_is_counted_when_asked(
    release: Release, lead: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = counted(release)
    monkeypatch.setattr(counting, "of", lambda _release: {})
    page = client_of(lead).get(PAGE).content.decode()
    assert "Not counted yet" in page
    assert client_of(lead).post(f"{PAGE}count").status_code == 302
    job = Job.objects.get(task=counting.TASK)
    jobs.run(job.pk, counting.run)
    job.refresh_from_db()
    monkeypatch.undo()
    assert (job.state, counted(release)) == (Job.State.DONE, kept)


def test_the_api_tells_every_figure(release: Release, lead: User, client_of: ClientOf) -> None:
    told = client_of(lead).get("/api/projects/tea/releases/1/statistics").json()
    assert told == counted(release)


def test_a_dry_run_counts_what_would_be_frozen(
    make_approved: MakeAnnotated, project: Project
) -> None:
    make_approved("四个字呢")
    make_approved(rewrite="改写成了八个字呀")
    with transaction.atomic(), connection.cursor() as cursor:
        composing.select(Body(), project, cursor)
        figures = quick_figures(cursor)
    assert (figures["rows"], figures["characters"], figures["answer_max"]) == (2, 12, 8)
    assert (figures["source"], figures["split"]) == ([["社区问答", 2, 12]], [["train", 2, 12]])
    assert figures["origin"] == [["human", 2, 12]]


# The page


@pytest.mark.usefixtures("release")
def test_the_page_tells_what_was_counted(lead: User, client_of: ClientOf) -> None:
    page = client_of(lead).get(PAGE).content.decode()
    assert "No row has a score of the judge." in page
    assert "Tokens are not counted" in page
    assert "社区问答" in page


@pytest.mark.usefixtures("release")
@pytest.mark.parametrize("form", ["svg", "png", "csv"])
def test_every_plot_can_be_downloaded(lead: User, client_of: ClientOf, form: str) -> None:
    client = client_of(lead)
    statuses = {name: client.get(f"{PAGE}{name}.{form}").status_code for name in CHARTS}
    assert set(statuses.values()) == {200}


@pytest.mark.usefixtures("release")
@pytest.mark.parametrize("plot", ["nothing.svg", "source.pdf", "sources.svg"])
def test_a_plot_that_is_not_there_is_not_found(lead: User, client_of: ClientOf, plot: str) -> None:
    assert client_of(lead).get(f"{PAGE}{plot}").status_code == 404


@pytest.mark.usefixtures("release")
def test_it_stands_beside_the_published_figures(lead: User, client_of: ClientOf) -> None:
    page = client_of(lead).get(f"{PAGE}?with=published").content.decode()
    assert "44,694" in page
    assert "The row of all configs and the shares are derived" in page
    assert client_of(lead).get(f"{PAGE}sources.csv?with=published").status_code == 200


def test_it_stands_beside_another_release(
    release: Release,
    make_annotated: MakeAnnotated,
    make_release: MakeRelease,
    lead: User,
    client_of: ClientOf,
) -> None:
    other = make_release([make_annotated("又一个答案。")])
    client = client_of(lead)
    page = client.get(f"{PAGE}?with={other.number}").content.decode()
    assert f'<th class="num">{other.version}</th>' in page
    table = client.get(f"{PAGE}answer.csv?with={other.number}").content.decode()
    assert {line.split(",")[0] for line in table.splitlines()[1:]} == {
        release.version,
        other.version,
    }


@pytest.mark.usefixtures("release")
@pytest.mark.parametrize("asked", ["9", "x", "-1"])
def test_what_is_not_there_cannot_stand_beside_it(
    lead: User, client_of: ClientOf, asked: str
) -> None:
    assert client_of(lead).get(f"{PAGE}?with={asked}").status_code == 404
