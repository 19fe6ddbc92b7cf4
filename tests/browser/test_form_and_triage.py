"""The pages on which leads write the form and decide on whole sources, and what a reviewer reads."""

import pytest
from django.conf import settings
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from annotation import desk_forms, queue, triage
from annotation.decisions import Decision, submit
from annotation.models import Mode, Pair, Project, Source, State
from cqia.accounts.models import User
from tests.browser.conftest import SitDown
from tests.browser.test_workbench_access import RULES, WINDOWS
from tests.cast import ClientOf, MakePair

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="the dev extra has axe")

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FORM = {
    "reasons": [{"key": "spam", "zh": "灌水", "en": "Spam"}],
    "tags": [{"key": "fact", "zh": "事实", "en": "Facts"}],
    "criteria": [{"key": "right", "zh": "正确", "en": "Right", "line": 3}],
    "fields": [{"key": "why", "zh": "为何", "en": "Why", "kind": "text"}],
}


@pytest.fixture
def decided(project: Project, lead: User, annotator: User, make_pair: MakePair) -> Pair:
    """A pair on which everything was said that can be."""
    desk_forms.publish(project, lead, Mode.FLAW, FORM)
    make_pair("怎么泡绿茶？", "用沸水。", state=State.QUEUED, task_major=["问答"])
    claim = queue.claim_next(annotator, project)
    assert claim is not None
    written = Decision(
        "rewrite",
        text="用八十度左右的水。",
        flaw="水温不对",
        tag="fact",
        note="查过",
        instruction="绿茶该怎么泡？",
        ratings={"right": 2},
        fields={"why": "沸水烫熟茶叶"},
    )
    submit(annotator, project, claim.pk, written)
    return claim.pair


@pytest.fixture
def sitting(live_server: LiveServer, sit_down: SitDown, client_of: ClientOf) -> SitDown:
    def sitting(user: User, path: str) -> Page:
        page = sit_down(live_server.url, reduced_motion="reduce")
        cookie = client_of(user).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        page.goto(path)
        return page

    return sitting


def assert_for_everybody(page: Page) -> None:
    """By the rules of axe in both themes, and without scrolling sideways in any window."""
    for look in ("light", "dark"):
        page.emulate_media(color_scheme=look, reduced_motion="reduce")
        found = axe.Axe().run(page, options=RULES).response["violations"]
        assert [(look, one["id"], node["html"]) for one in found for node in one["nodes"]] == []
    for width, height in WINDOWS:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.usefixtures("decided")
def test_the_form_is_written(sitting: SitDown, lead: User, project: Project) -> None:
    page = sitting(lead, "/p/tea/settings/form/")
    page.locator("summary").first.click()
    assert_for_everybody(page)
    page.fill("[name=tags-1-key]", "tone")
    page.fill("[name=tags-1-en]", "Tone")
    page.get_by_role("button", name="Publish a new version").click()
    page.get_by_text("Version 2 is in force.").wait_for()
    form = desk_forms.in_force(project)
    assert [tag.key for tag in form.tags] == ["fact", "tone"]
    assert (form.criteria[0].line, form.fields[0].key) == (3, "why")


def test_a_source_is_seen_in_a_sample(
    sitting: SitDown, lead: User, source: Source, project: Project, make_pair: MakePair
) -> None:
    for number in range(4):
        make_pair(f"第{number}问", "长" * 2000, state=State.QUEUED, task_major=["问答"])
    ruling = triage.Ruling(source, "", [], triage.Verdict.SINGLY)
    triage.decide(project, lead, ruling)
    page = sitting(lead, "/p/tea/triage/")
    assert_for_everybody(page)
    page.get_by_role("link", name="问答 4").click()
    page.get_by_text("第3问").wait_for()
    assert_for_everybody(page)


def test_a_reviewer_reads_all_that_was_said(
    sitting: SitDown, reviewer: User, decided: Pair
) -> None:
    page = sitting(reviewer, f"/p/tea/review/{decided.pk}/")
    shown = page.locator("main").inner_text()
    for said in ("水温不对", "Facts", "查过", "2 / 5", "below the line", "沸水烫熟茶叶"):
        assert said in shown
    assert page.locator(".diff ins").first.inner_text() in "绿茶该"
    assert_for_everybody(page)
