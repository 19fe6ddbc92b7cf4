"""The leaderboard, its report and the page of methods in Chromium: wide and narrow, light, dark, on paper."""

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from cqia.accounts.models import User
from evaluation import campaigns
from evaluation.models import Campaign
from tests.ballots import cast_all, make_people, vary_the_texts
from tests.browser.conftest import SitDown
from tests.browser.test_workbench_access import RULES
from tests.cast import ClientOf
from tests.poll import MakePoll

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="the dev extra has axe")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STRENGTHS = {"甲-tuned-7B": 0.9, "yak-tuned": 0.7, "base": 0.0, "old-base": -0.5}


@pytest.fixture
def closed(make_poll: MakePoll, lead: User) -> Campaign:
    campaign = make_poll(prompts=16, votes=2, names=tuple(STRENGTHS))
    vary_the_texts(campaign)
    cast_all(campaign, make_people(5), STRENGTHS)
    campaigns.close(campaign, lead)
    return campaign


def assert_everybody_can_read(page: Page) -> None:
    found = axe.Axe().run(page, options=RULES).response["violations"]
    assert [(each["id"], each["nodes"][0]["target"]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_board_is_read_followed_to_its_formula_and_printed(
    closed: Campaign,
    live_server: LiveServer,
    evaluator: User,
    client_of: ClientOf,
    sit_down: SitDown,
    width: int,
    scheme: str,
) -> None:
    cookie = client_of(evaluator).cookies[settings.SESSION_COOKIE_NAME].value
    page = sit_down(live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.goto(f"/p/tea/evaluate/{closed.pk}/")
    expect(page.get_by_role("columnheader", name="Adjusted rating").first).to_be_visible()
    assert_everybody_can_read(page)
    page.get_by_role("link", name="Report", exact=True).click()
    expect(page.get_by_role("link", name="PDF")).to_be_visible()
    assert_everybody_can_read(page)
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.get_by_role("link", name="How this is computed").first.click()
    expect(page.locator("#rating math").first).to_be_visible()
    assert_everybody_can_read(page)
