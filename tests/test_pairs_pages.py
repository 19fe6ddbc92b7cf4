"""The pages of the pre-filter and of pairs, as a lead sees them."""

import pytest
from django.test import Client

from annotation import jobs, prefilter
from annotation.models import Endpoint, Finding, Job, Judgement, Pair, Project, State, Threshold
from cqia.accounts.models import User
from tests.cast import ClientOf, MakePair

GOOD = "绿茶未经发酵，叶片细嫩，沸水会把茶叶烫熟，使茶多酚大量溶出，茶汤发黄发苦。"
AD = GOOD + "想学的加我微信：teafan_2020。"
READMITS = "Saving would drop 0 and let 1 back in. 2 pairs would pass the pre-filter."
pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_of: ClientOf, lead: User) -> Client:
    return client_of(lead)


@pytest.fixture
def filtered(project: Project, make_pair: MakePair) -> dict[str, Pair]:
    """One good pair in the queue and two dropped ones."""
    pairs = {
        "good": make_pair("为什么绿茶要用温水？", GOOD),
        "ad": make_pair("怎样学泡茶？", AD),
        "short": make_pair("好喝吗？", "好"),
    }
    jobs.run(jobs.start("annotation.run_prefilter", project, None).pk, prefilter.run)
    return pairs


def page(client: Client, path: str) -> str:
    answer = client.get(f"/p/tea/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_what_comes_here_before_anything_is_imported(client: Client) -> None:
    shown = page(client, "prefilter/")
    assert "Nothing to check yet" in shown
    assert "/p/tea/sources/" in shown


def test_it_shows_what_each_check_dropped(client: Client, filtered: dict[str, Pair]) -> None:
    shown = page(client, "prefilter/")
    assert "<b>3</b><span>came in</span>" in shown
    assert "<b>2</b><span>dropped</span>" in shown
    assert "<b>1</b><span>passed</span>" in shown
    assert shown.count("1 pair dropped") == 2
    measured = Finding.objects.values("check_id").distinct().count()
    assert shown.count('<figure class="scores"') == measured > 4


def test_it_says_what_to_do_where_no_model_is_configured(
    client: Client, filtered: dict[str, Pair]
) -> None:
    shown = page(client, "prefilter/")
    assert "No model server is configured for this project." in shown
    assert "Start the judge" not in shown


def test_it_starts_the_checks(client: Client, project: Project) -> None:
    answer = client.post("/p/tea/prefilter/run")
    assert answer.headers["Location"] == "/p/tea/prefilter/"
    assert Job.objects.get(project=project).task == "annotation.run_prefilter"


def test_it_starts_the_judge_on_the_gpu_queue(client: Client, project: Project) -> None:
    fields = {"name": "own", "base_url": "http://own/v1", "model": "own", "judge": 1}
    Endpoint.objects.create(project=project, **fields)
    client.post("/p/tea/prefilter/judge", {"limit": 5})
    job = Job.objects.get(project=project)
    assert (job.task, job.queue) == ("annotation.run_judge", "gpu")
    assert job.params == {"source": None, "limit": 5}


def test_it_starts_no_judge_without_a_model(client: Client) -> None:
    answer = client.post("/p/tea/prefilter/judge", {}, follow=True)
    assert "No model server is configured for this project." in answer.content.decode()
    assert not Job.objects.exists()


def test_it_saves_a_line(client: Client, project: Project) -> None:
    client.post("/p/tea/prefilter/thresholds", {"check": "length", "low": "10", "enabled": "on"})
    row = Threshold.objects.get(project=project)
    assert (row.check_id, row.enabled, row.low, row.high) == ("length", True, 10, None)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"check": "length", "low": "ten"}, "A bound must be a number."),
        ({"check": "length", "low": "3", "high": "2"}, "The lower bound lies above the upper"),
        ({"check": "beauty", "low": "3"}, "There is no check “beauty”."),
    ],
)
def test_it_refuses_a_line_in_words(client: Client, data: dict[str, str], sentence: str) -> None:
    answer = client.post("/p/tea/prefilter/thresholds", data, follow=True)
    assert sentence in answer.content.decode()
    assert not Threshold.objects.exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            "check=length&low=1000&enabled=on",
            "Saving would drop 1 and let 0 back in. 0 pairs would pass the pre-filter.",
        ),
        ("check=length&low=&enabled=on", READMITS),
        ("check=contact&high=0", READMITS),
        ("check=length&low=2&enabled=on", "Saving would change nothing."),
        ("check=length&low=x", "A bound must be a number."),
    ],
)
def test_it_previews_a_line(
    client: Client, filtered: dict[str, Pair], data: str, sentence: str
) -> None:
    assert page(client, f"prefilter/thresholds/preview?{data}").strip() == sentence


def test_it_shows_the_pairs_on_both_sides_of_a_line(
    client: Client, filtered: dict[str, Pair]
) -> None:
    shown = page(client, "prefilter/checks/length/")
    beyond, within = shown.split("Within the line")
    assert "好喝吗？" in beyond
    assert "好喝吗？" not in within
    assert "为什么绿茶要用温水？" in within


def test_it_knows_no_sides_of_an_unknown_check(client: Client, project: Project) -> None:
    assert client.get("/p/tea/prefilter/checks/beauty/").status_code == 404


def test_it_draws_the_funnel(client: Client, filtered: dict[str, Pair]) -> None:
    rows = page(client, "prefilter/funnel.csv").splitlines()
    steps = [row.split(",")[:2] for row in rows[1:]]
    assert (steps[0], steps[-1]) == (["Imported", "3"], ["Passed", "1"])
    assert ["Answer length", "2"] in steps
    assert ["Advertisement and contact details", "1"] in steps


def test_it_gives_each_drop_its_reason(client: Client, filtered: dict[str, Pair]) -> None:
    shown = page(client, "prefilter/dropped/")
    assert "Characters of the answer: 1, which is too few." in shown
    assert "<mark>加我微信：teafan_2020</mark>" in shown
    assert "为什么绿茶要用温水？" not in shown


def test_it_lists_the_drops_of_one_check(client: Client, filtered: dict[str, Pair]) -> None:
    shown = page(client, "prefilter/dropped/?check=contact")
    assert "怎样学泡茶？" in shown
    assert "好喝吗？" not in shown


def test_it_restores_the_ticked_pairs(client: Client, filtered: dict[str, Pair]) -> None:
    ids = [filtered["ad"].pk, filtered["short"].pk]
    answer = client.post("/p/tea/prefilter/dropped/restore", {"pair": ids}, follow=True)
    assert "2 pairs restored." in answer.content.decode()
    assert Pair.objects.filter(state=State.QUEUED).count() == 3


def test_it_restores_one_pair_with_its_history(
    client: Client, filtered: dict[str, Pair], lead: User
) -> None:
    pk = filtered["ad"].pk
    client.post(f"/p/tea/pairs/{pk}/restore")
    move = filtered["ad"].transitions.get(verb="restore")
    assert (move.actor, move.before, move.after) == (lead, "dropped", "queued")
    assert "restored</b> · Lead" in page(client, f"pairs/{pk}/")


def test_it_answers_409_where_the_pair_is_no_longer_dropped(
    client: Client, filtered: dict[str, Pair]
) -> None:
    answer = client.post(f"/p/tea/pairs/{filtered['good'].pk}/restore")
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"good", "ad", "short"}),
        ("?state=dropped", {"ad", "short"}),
        ("?state=passed", {"good"}),
        ("?q=绿茶", {"good"}),
        ("?q=绿茶&state=dropped", set()),
        ("?state=nonsense", {"good", "ad", "short"}),
    ],
)
def test_it_lists_pairs_by_state_and_words(
    client: Client, filtered: dict[str, Pair], query: str, names: set[str]
) -> None:
    shown = page(client, f"pairs/{query}")
    assert {name for name, pair in filtered.items() if f"/pairs/{pair.pk}/" in shown} == names


def test_it_turns_pages_by_the_last_pair_seen(
    client: Client, make_pair: MakePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotation.paging.SIZE", 2)
    first, second, third = (make_pair() for _ in range(3))
    shown = page(client, "pairs/?state=imported")
    assert f"?state=imported&amp;before={second.pk}" in shown
    older = page(client, f"pairs/?before={second.pk}")
    assert f"/pairs/{first.pk}/" in older
    assert f"/pairs/{second.pk}/" not in older
    assert f"/pairs/{third.pk}/" not in older


def test_it_counts_no_further_than_is_cheap(
    client: Client, make_pair: MakePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotation.paging.COUNTED", 2)
    for _ in range(3):
        make_pair()
    assert "more than 2 pairs" in page(client, "pairs/")


def test_it_shows_all_about_a_pair(client: Client, filtered: dict[str, Pair]) -> None:
    pair = filtered["ad"]
    Judgement.objects.create(
        pair=pair, payload_hash="1", model="m", prompt_version=1, score=6.5, reason="有广告"
    )
    failed = {"failure": "judge_not_json", "params": {"failure": {"found": "嗯"}}}
    Judgement.objects.create(pair=pair, payload_hash="2", model="m", prompt_version=1, **failed)
    shown = page(client, f"pairs/{pair.pk}/")
    assert "<b>6.5</b>" in shown
    assert "The judge did not answer with the JSON asked for: 嗯" in shown
    assert "<b>dropped</b>" in shown
    assert "beyond the line" in shown


def test_it_renders_answers_without_their_scripts(client: Client, make_pair: MakePair) -> None:
    pair = make_pair("<script>alert(1)</script>", "**好** <script>alert(2)</script>")
    shown = page(client, f"pairs/{pair.pk}/")
    assert "<script>alert" not in shown
    assert "<strong>好</strong>" in shown


def test_it_searches_page_by_page(
    client: Client, make_pair: MakePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotation.paging.SEARCHED", 2)
    old, middle, _ = make_pair("寻找绿茶"), make_pair("红茶"), make_pair("白茶")
    shown = page(client, "pairs/?q=绿茶")
    assert f"before={middle.pk}" in shown
    assert f"/pairs/{old.pk}/" not in shown
    assert f"/pairs/{old.pk}/" in page(client, f"pairs/?q=绿茶&before={middle.pk}")
