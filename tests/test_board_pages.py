"""The pages of a leaderboard, and the files they give."""

import io
import json
import zipfile

import pytest
from django.test import Client

from cqia.accounts.models import User
from evaluation import campaigns, report_pdf, standings
from evaluation.models import Ballot, Campaign, Result
from tests.ballots import cast_all, make_people, vary_the_texts
from tests.cast import ClientOf
from tests.poll import MakePoll

STRENGTHS = {"甲-tuned": 0.9, "yak-tuned": 0.4, "base": 0.0}


@pytest.fixture
def closed(make_poll: MakePoll, lead: User) -> Campaign:
    campaign = make_poll(prompts=8, votes=3, names=tuple(STRENGTHS))
    vary_the_texts(campaign)
    cast_all(campaign, make_people(4), STRENGTHS)
    campaigns.close(campaign, lead)
    campaign.refresh_from_db()
    return campaign


@pytest.fixture
def reader(evaluator: User, client_of: ClientOf) -> Client:
    return client_of(evaluator)


def at(campaign: Campaign, rest: str = "") -> str:
    return f"/p/tea/evaluate/{campaign.pk}/{rest}"


def test_it_keeps_the_board_it_reckons(closed: Campaign, reader: Client) -> None:
    assert not Result.objects.exists()
    assert reader.get(at(closed)).status_code == 200
    kept = Result.objects.get(campaign=closed)
    assert kept.votes == 72
    found = standings.standings(closed)
    assert json.loads(json.dumps(standings.keep(closed).figures)) == found.figures


def test_it_shows_the_board_with_its_method_one_click_away(
    closed: Campaign, reader: Client
) -> None:
    text = reader.get(at(closed)).content.decode()
    first = standings.standings(closed).rows[0].rating
    assert f"{first.low:.0f} – {first.high:.0f}" in text
    assert text.count("/p/tea/evaluate/method#") >= 5
    method = reader.get("/p/tea/evaluate/method").content.decode()
    for topic in {part.split('"')[0] for part in text.split("/evaluate/method#")[1:]}:
        assert f'id="{topic}"' in method


@pytest.mark.parametrize("name", ["ratings", "outcomes", "pairs", "effects", "categories"])
def test_every_plot_comes_as_picture_and_as_figures(
    closed: Campaign, reader: Client, name: str
) -> None:
    assert reader.get(at(closed, f"{name}.svg")).content.startswith(b"<svg")
    assert reader.get(at(closed, f"{name}.png")).content.startswith(b"\x89PNG")
    assert reader.get(at(closed, f"{name}.csv"))["Content-Type"].startswith("text/csv")


def test_the_report_is_a_page_and_a_pdf(closed: Campaign, reader: Client) -> None:
    assert "cqia rank" in reader.get(at(closed, "report")).content.decode()
    pytest.importorskip("reportlab")
    answer = reader.get(at(closed, "report.pdf"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert b"STSong-Light" in answer.content


@pytest.mark.parametrize("rest", ["report", "report.pdf", "bundle.zip", "ratings.svg"])
def test_nothing_of_an_open_campaign_is_shown(
    make_poll: MakePoll, lead: User, client_of: ClientOf, rest: str
) -> None:
    assert client_of(lead).get(at(make_poll(), rest)).status_code == 404


def test_another_category_is_not_found(closed: Campaign, reader: Client) -> None:
    assert reader.get(at(closed, "?category=写")).status_code == 200
    assert reader.get(at(closed, "?category=无")).status_code == 404
    assert reader.get(at(closed, "ratings.svg?category=无")).status_code == 404


def test_a_large_campaign_waits_for_a_worker(
    closed: Campaign, client_of: ClientOf, lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standings, "AT_ONCE", 10)
    client = client_of(lead)
    assert "is being computed" in client.get(at(closed)).content.decode()
    job = closed.project.jobs.get(task="evaluation.reckon_board")
    assert standings.order(closed, lead) == job
    standings.reckon_board(job)
    assert "is being computed" not in client.get(at(closed)).content.decode()


def test_it_tells_what_changed_since_the_last_campaign(
    closed: Campaign, lead: User, client_of: ClientOf
) -> None:
    standings.keep(closed)
    models = list(closed.models_compared.all())
    design = campaigns.Design(closed.prompt_set, models, None, 3)
    later = campaigns.open_campaign(campaigns.plan(design), "第二轮", lead)
    cast_all(later, list(User.objects.filter(username__startswith="voter")), STRENGTHS, seed=5)
    campaigns.close(later, lead)
    text = client_of(lead).get(at(later)).content.decode()
    assert "Compared with 第一轮" in text
    assert "What changed" not in client_of(lead).get(at(closed)).content.decode()


def test_the_api_gives_both_boards_and_the_bundle(closed: Campaign, reader: Client) -> None:
    first = reader.get(f"/api/projects/tea/campaigns/{closed.pk}/ranking").json()[0]
    shown = standings.standings(closed).rows[0]
    assert shown.adjusted is not None
    assert (first["model"], first["rank_high"]) == (shown.rating.model, shown.rating.rank_high)
    assert first["adjusted"]["rating"] == pytest.approx(shown.adjusted.rating)
    bundle = reader.get(f"/api/projects/tea/campaigns/{closed.pk}/bundle.zip").content
    assert bundle == reader.get(at(closed, "bundle.zip")).content


def test_each_criterion_has_a_board_of_its_own(closed: Campaign, reader: Client) -> None:
    Campaign.objects.filter(pk=closed.pk).update(criteria=["fluency", "safety"])
    Ballot.objects.filter(campaign=closed, first_is_left=True).update(ratings={"fluency": "left"})
    closed.refresh_from_db()
    (fluency,) = standings.standings(closed).by_criterion
    assert (fluency["label"], fluency["votes"]) == (
        "Fluent",
        closed.ballots.counted().filter(first_is_left=True).count(),
    )
    assert "By criterion" in reader.get(at(closed)).content.decode()
    assert "Fluent" in reader.get(at(closed, "criteria.csv")).content.decode()
    bundle = zipfile.ZipFile(io.BytesIO(reader.get(at(closed, "bundle.zip")).content))
    assert bundle.read("votes-fluency.csv").count(b"\n") == fluency["votes"] + 1


def test_a_report_of_demo_votes_says_so_first(closed: Campaign) -> None:
    pytest.importorskip("reportlab")
    closed.demo = True
    told = report_pdf._warnings(closed, standings.standings(closed))
    assert [text[:20] for text in told] == ["These are demo votes"]
