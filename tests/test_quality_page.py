"""The page of the learned model, and the order of the queue on two pages."""

from collections.abc import Callable

import pytest
from django.test import Client

from annotation import quality
from annotation.models import Job, Predictor, Project, QualityModel
from annotation.quality_page import Chance
from cqia.accounts.models import User
from tests.cast import ClientOf

pytestmark = pytest.mark.django_db
Shown = Callable[[], str]
REPORT = {
    "rows": 200,
    "positive": 120,
    "groups": 180,
    "auc": 0.72,
    "auc_folds": [0.7, 0.74],
    "brier": 0.2,
    "brier_baseline": 0.24,
    "correct": 0.68,
    "correct_baseline": 0.6,
    "curve": [[0.9, 1.0, 0.1], [0.5, 0.8, 0.6], [0.1, 0.6, 1.0]],
    "bins": [[0.2, 0.25, 100], [0.8, 0.75, 100]],
}


@pytest.fixture
def browser(lead: User, client_of: ClientOf) -> Client:
    return client_of(lead)


@pytest.fixture
def page(browser: Client) -> Shown:
    return lambda: browser.get("/p/tea/prefilter/quality/").content.decode()


@pytest.fixture
def model(project: Project) -> QualityModel:
    import numpy as np

    model = QualityModel.objects.create(
        project=project,
        version=3,
        decisions=200,
        last_annotation=200,
        last_transition=400,
        seed=1,
        words=["冲泡", "总之"],
        checks=[{"check": "length", "log": True, "mean": 1, "spread": 1}],
        seconds={},
    )
    weights = np.array([0.1, 0.0, 0.5, -0.75, -0.25], "<f4").tobytes()
    Predictor.objects.create(
        model=model,
        check_id="accept_chance",
        weights=weights,
        intercept=0,
        slope=1,
        offset=0,
        report=REPORT,
    )
    return model


@pytest.mark.usefixtures("project")
def test_it_says_that_nothing_is_learned_yet(page: Shown) -> None:
    assert "Nothing is learned yet." in page()
    assert "People have decided 0 times here; it begins by itself at 50" in page()


@pytest.mark.usefixtures("model")
def test_it_shows_how_far_it_can_be_believed(page: Shown) -> None:
    shown = page()
    assert "It tells something, and is often wrong." in shown
    assert "0.72" in shown
    assert "0.70 to 0.74 over five parts" in shown
    assert "always saying the more frequent: 60" in shown
    assert "120 of 200" in shown


@pytest.mark.parametrize(
    ("auc", "folds", "brier", "said"),
    [
        (0.62, [0.6, 0.64], 0.2, "Hardly better than guessing."),
        (0.9, [0.88, 0.92], 0.24, "Hardly better than guessing."),
        (0.85, [0.71, 1.0], 0.2, "It tells something"),
        (0.85, [0.8, 0.9], 0.2, "It tells well"),
    ],
)
def test_it_does_not_praise_what_is_not_sure(
    auc: float, folds: list[float], brier: float, said: str
) -> None:
    report = REPORT | {"auc": auc, "auc_folds": folds, "brier": brier}
    assert str(Chance(None, report, [], []).verdict).startswith(said)


@pytest.mark.usefixtures("model")
def test_it_names_what_weighs_most(page: Shown) -> None:
    raising, lowering = page().split("Lowers the chance")
    assert raising.index("冲泡</b> <small>in the answer") < raising.index("in the question")
    assert lowering.index("总之") < lowering.index("Answer length")
    assert "-0.75" in lowering


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("name", ["curve", "calibration"])
def test_its_plots_can_be_downloaded(browser: Client, name: str) -> None:
    url = f"/p/tea/prefilter/quality/3/accept_chance-{name}"
    assert browser.get(f"{url}.svg").content.startswith(b"<svg")
    assert browser.get(f"{url}.png").content[:4] == b"\x89PNG"
    assert (
        len(browser.get(f"{url}.csv").content.decode().splitlines())
        == len(
            REPORT["curve" if name == "curve" else "bins"]  # type: ignore[arg-type]
        )
        + 1
    )
    assert browser.get("/p/tea/prefilter/quality/2/accept_chance-curve.svg").status_code == 404
    assert browser.get("/p/tea/prefilter/quality/3/accept_chance-other.svg").status_code == 404


@pytest.mark.usefixtures("project")
def test_too_few_decisions_are_a_plain_message(browser: Client) -> None:
    answer = browser.post("/p/tea/prefilter/quality/train", follow=True)
    assert "People have decided 0 times; from 50 decisions on" in answer.content.decode()
    assert not Job.objects.exists()


def test_a_lead_trains_now(
    browser: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "decisions_of", lambda project: 80)
    browser.post("/p/tea/prefilter/quality/train")
    job = Job.objects.get()
    assert (job.task, job.queue, job.params) == (quality.TASK, "cpu", {"decisions": 80})


def test_a_lead_orders_the_queue(browser: Client, project: Project) -> None:
    browser.post("/p/tea/prefilter/quality/order", {"queue_order": "uncertain"})
    project.refresh_from_db()
    assert (project.queue_order, Job.objects.get().task) == ("uncertain", "annotation.order_queue")
    browser.post("/p/tea/prefilter/quality/order", {"queue_order": "by the moon"})
    project.refresh_from_db()
    assert project.queue_order == "uncertain"


@pytest.mark.usefixtures("model")
def test_the_api_tells_of_every_version(browser: Client) -> None:
    [version] = browser.get("/api/projects/tea/prefilter/quality").json()
    assert (version["version"], version["decisions"], version["last_annotation"]) == (3, 200, 200)
    assert version["reports"] == {"accept_chance": REPORT}


def test_the_api_trains(browser: Client, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = browser.post("/api/projects/tea/prefilter/quality")
    assert (refused.status_code, "from 50 decisions on" in refused.content.decode()) == (400, True)
    monkeypatch.setattr(quality, "decisions_of", lambda project: 80)
    assert browser.post("/api/projects/tea/prefilter/quality").status_code == 202
    assert Job.objects.get().task == quality.TASK


def test_the_api_orders_the_queue(browser: Client, project: Project) -> None:
    url = "/api/projects/tea/queue/order"
    assert browser.get(url).json() == {"order": "oldest"}
    put = browser.put(url, {"order": "useful"}, content_type="application/json")
    assert (put.status_code, put.json()) == (200, {"order": "useful"})
    bad = browser.put(url, {"order": "by the moon"}, content_type="application/json")
    assert bad.status_code == 400
    project.refresh_from_db()
    assert (project.queue_order, Job.objects.count()) == ("useful", 1)
