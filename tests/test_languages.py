"""Every room in both languages: in Chinese no English is left over, in English no Chinese."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import translation

from annotation.models import Batch, Job, Pair, Project, State
from cqia.accounts.models import User
from cqia.accounts.roles import Role
from evaluation import campaigns
from evaluation.models import Campaign
from review.decisions import Verdict, decide
from review.models import Review
from tests.cast import MakeAnnotated, MakePair
from tests.poll import MakePoll, Vote
from tests.said import ENGLISH, HAN, PEOPLE, foreign, said
from tests.work import work_off

ZH, EN = "zh-CN,zh;q=0.9,en;q=0.5", "en-GB,en;q=0.9"
GOOD = "绿茶没有经过发酵，茶叶细嫩，沸水会烫熟叶片，使茶汤发黄发苦，维生素也容易被破坏。"
ROWS = [
    {"instruction": "为什么绿茶不宜用沸水冲泡？", "output": GOOD},
    {"instruction": "怎样保存茶叶？", "output": "加微信 chaye-000 领取独家资料，扫码进群，名额有限，先到先得！"},
    {"instruction": "什么是盖碗？", "output": "茶"},
    {"instruction": "", "output": "茶"},
    {"instruction": "茶", "output": 7},
    ["茶"],
]  # fmt: skip


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


@pytest.fixture
def people(
    lead: User,
    annotator: User,
    reviewer: User,
    evaluator: User,
    outsider: User,
    site_admin: User,
) -> dict[str, Client]:
    """The cast, signed in, by name; members of the project are in an empty one too."""
    empty = Project.objects.create(slug="empty", name="茶馆", description="茶的问答")
    clients = {"nobody": Client()}
    for user in (lead, annotator, reviewer, evaluator, outsider, site_admin):
        user.display_name = PEOPLE[user.username]
        user.set_password("correct-horse-battery")
        user.save()
        if user.memberships.exists():
            user.memberships.create(project=empty, role=Role(user.username))
        clients[user.username] = Client()
        clients[user.username].force_login(user, "cqia.accounts.sessions.Backend")
    return clients


@pytest.fixture
def pages(
    people: dict[str, Client],
    make_pair: MakePair,
    make_annotated: MakeAnnotated,
    make_poll: MakePoll,
    vote: Vote,
) -> list[tuple[str, str]]:
    """Whom to show which page, once every room of the project has something in it."""
    batch = imported(people["lead"])
    settled(people["lead"])
    queued = make_pair(state=State.QUEUED)
    ranked = make_pair("泡茶用什么水？", "山泉。", "井水。", state=State.QUEUED)
    rewritten, rejected = make_annotated(rewrite=GOOD), make_annotated(reject="wrong")
    returned, frozen = make_annotated(), make_annotated()
    reviewer, evaluator = (User.objects.get(username=name) for name in ("reviewer", "evaluator"))
    decide(reviewer, returned, Verdict(Review.Verb.RETURN, remark="写得更细。"))
    decide(reviewer, frozen, Verdict(Review.Verb.APPROVE))
    people["lead"].post("/p/tea/releases/freeze", {"summary": "茶的问答"})
    work_off()
    closed = make_poll()
    Campaign.objects.update(name="第二轮")
    running = make_poll(names=("emu", "gnu"), baseline="gnu")
    while vote(evaluator, closed):
        pass
    campaigns.close(closed, None)
    pairs = [
        queued,
        ranked,
        rewritten,
        rejected,
        returned,
        frozen,
        *Pair.objects.filter(batch=batch),
    ]
    return [
        *((who, url) for who, urls in PAGES.items() for url in urls),
        *(("lead", f"/p/tea/pairs/{pair.pk}/") for pair in pairs),
        *(("reviewer", f"/p/tea/review/{pair.pk}/") for pair in (rewritten, rejected)),
        *(("lead", f"/p/tea/sources/batches/{row.pk}/") for row in Batch.objects.all()),
        *(("lead", f"/p/tea/jobs/{job.pk}/") for job in Job.objects.all()),
        *(("lead", f"/p/tea/evaluate/{each.pk}/") for each in (closed, running)),
        ("lead", f"/p/tea/evaluate/prompts/{closed.prompt_set_id}/"),
        ("evaluator", f"/p/tea/evaluate/{closed.pk}/"),
        ("evaluator", f"/p/tea/vote/{running.pk}/"),
    ]


def imported(lead: Client) -> Batch:
    """Rows that are good, dropped and refused, measured by the checks."""
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS) + "\n{\n"
    form = {"source": "茶馆问答", "recipe": "cqia", "licence": "CC-BY-4.0"}
    file = SimpleUploadedFile("茶.jsonl", lines.encode())
    assert lead.post("/p/tea/sources/import", {**form, "file": file}).status_code == 302
    work_off()
    return Batch.objects.latest("pk")


def settled(lead: Client) -> None:
    """A guideline, a model server, a moved line, a new member, a token."""
    endpoint = {"name": "judge-9", "base_url": "http://127.0.0.1:9/v1", "model": "judge-9"}
    for url, data in (
        ("/p/tea/settings/guideline", {"text": "# 规范"}),
        ("/p/tea/settings/endpoints/save", {**endpoint, "judge": "1"}),
        ("/p/tea/prefilter/thresholds", {"check": "length", "enabled": "on", "low": "5"}),
    ):
        assert lead.post(url, data).status_code in (200, 302), url
    assert lead.post("/me/tokens/new", {"name": "茶馆"}).status_code == 200
    work_off()


# The pages of the pre-filter.
ROOMS = ["duplicates", "overlap", "benchmarks", "contaminated", "judges", "history"]
ROOMS += ["quality", "audit", "lexicons", "funnel"]
MINE = ["mine/", "mine/?tab=returned", "mine/?tab=skipped", "progress/", "drafts/"]
PAGES = {
    "nobody": ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"],
    "outsider": [
        "/",
        "/me/tokens/",
        "/account/keys/",
        "/accounts/password/",
        "/accounts/logout/",
        "/p/tea/",
    ],
    "lead": [
        "/p/tea/",
        "/p/tea/annotate/",
        "/p/tea/mentions/",
        "/p/tea/sources/",
        "/p/tea/sources/import",
        "/p/tea/prefilter/",
        "/p/tea/prefilter/checks/length/",
        "/p/tea/prefilter/dropped/",
        *(f"/p/{project}/prefilter/{page}/" for project in ("tea", "empty") for page in ROOMS),
        "/p/tea/pairs/",
        "/p/tea/settings/",
        "/p/tea/releases/",
        "/p/tea/releases/1/",
        "/p/tea/evaluate/",
        "/p/tea/evaluate/new",
        "/p/empty/",
        "/p/empty/sources/",
        "/p/empty/prefilter/",
        "/p/empty/prefilter/dropped/",
        "/p/empty/pairs/",
        "/p/empty/settings/",
        "/p/empty/releases/",
        "/p/empty/evaluate/",
    ],
    "annotator": [
        "/p/tea/annotate/",
        "/p/tea/guideline/",
        "/p/tea/guideline/1/",
        "/p/tea/mentions/",
        "/p/empty/annotate/",
        *(f"/p/{project}/annotate/{page}" for project in ("tea", "empty") for page in MINE),
    ],
    "site_admin": ["/"],
    "reviewer": ["/p/tea/review/", "/p/empty/review/"],
    "evaluator": ["/p/tea/vote/", "/p/tea/vote/?all", "/p/empty/vote/"],
}
REFUSED = {
    ("nobody", "/accounts/password/reset/"): 404,
    ("outsider", "/p/tea/"): 404,
    ("lead", "/p/tea/annotate/"): 403,
}
# What is filled in wrongly, and by whom.
MISTAKES = [
    ("nobody", "/accounts/login/", {"login": "nobody", "password": "x"}),
    ("outsider", "/me/tokens/new", {"name": ""}),
    ("outsider", "/accounts/password/", {"oldpassword": "x", "password1": "1", "password2": "2"}),
    ("site_admin", "/projects/new", {"slug": "a b", "name": ""}),
    ("lead", "/p/tea/sources/import", {"source": "", "recipe": "x"}),
    ("lead", "/p/tea/settings/", {"name": ""}),
    ("lead", "/p/tea/settings/members/add", {"username": "a b", "role": "x"}),
    ("lead", "/p/tea/settings/endpoints/save", {"base_url": "x"}),
    ("lead", "/p/tea/prefilter/thresholds", {"check": "length", "low": "9", "high": "5"}),
    ("lead", "/p/tea/releases/freeze", {"summary": ""}),
    ("lead", "/p/tea/evaluate/new", {"name": ""}),
    ("lead", "/p/tea/evaluate/prompts/import", {}),
    ("lead", "/p/tea/evaluate/models/new", {"name": ""}),
]  # fmt: skip


def answers(
    people: dict[str, Client], pages: list[tuple[str, str]], language: str
) -> Iterator[tuple[str, str]]:
    """Each page and each mistake as somebody with a browser of this language sees them."""
    headers = {"Accept-Language": language}
    for who, url in pages:
        answer = people[who].get(url, headers=headers, follow=True)
        assert answer.status_code == REFUSED.get((who, url), 200), url
        yield f"{who} {url}", answer.content.decode()
    for who, url, data in MISTAKES:
        answer = people[who].post(url, data, headers=headers, follow=True)
        assert answer.status_code < 500
        yield f"{who} {url} {data}", answer.content.decode()


def test_chinese_is_complete(people: dict[str, Client], pages: list[tuple[str, str]]) -> None:
    left = {}
    for name, page in answers(people, pages, ZH):
        assert said(page).lang == "zh-hans", name
        left[name] = foreign(page, ENGLISH)
    assert {name: sorted(set(found)) for name, found in left.items() if found} == {}


def test_english_is_complete(people: dict[str, Client], pages: list[tuple[str, str]]) -> None:
    left = {}
    for name, page in answers(people, pages, EN):
        assert said(page).lang == "en", name
        left[name] = foreign(page, HAN)
    assert {name: sorted(set(found)) for name, found in left.items() if found} == {}


@pytest.mark.django_db
def test_a_person_can_switch(client: Client) -> None:
    data = {"language": "zh-hans", "next": "/accounts/login/"}
    answer = client.post("/language/", data, headers={"Accept-Language": EN})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/")
    page = client.get("/accounts/login/", headers={"Accept-Language": EN}).content.decode()
    assert said(page).lang == "zh-hans"
    assert "登录" in page


@pytest.mark.django_db
def test_a_switch_leads_to_a_page_that_can_be_asked_for(client: Client) -> None:
    get, post = client.get("/accounts/login/?next=/me/"), client.post("/accounts/login/", {})
    assert 'name="next" value="/accounts/login/?next=/me/"' in get.content.decode()
    assert post.content.decode().count('name="next" value="/"') == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accept", "lang"),
    [("zh", "zh-hans"), ("zh-TW,zh;q=0.8", "zh-hans"), ("fr,de;q=0.8", "en"), ("", "en")],
)
def test_the_browser_decides_first(client: Client, accept: str, lang: str) -> None:
    page = client.get("/accounts/login/", headers={"Accept-Language": accept}).content.decode()
    assert said(page).lang == lang


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_large_number_is_read_at_a_glance(language: str) -> None:
    with translation.override(language):
        assert intcomma(1234567) == "1,234,567"


def test_it_would_see_what_is_left_over() -> None:
    page = '<html lang="zh-hans"><b title="Tea">茶</b><p>Save CSV</p><i lang="zh">Cup</i><code>pip</code>'
    assert foreign(page, ENGLISH) == ["Tea", "Save"]
    assert foreign(page, HAN) == ["茶"]
