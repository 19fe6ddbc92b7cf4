"""A campaign designed, opened, closed and checked by its lead in Chromium."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from cqia.accounts.models import User
from evaluation import votes
from evaluation.models import Campaign, ModelVersion
from tests.browser.conftest import PATIENCE, SitDown
from tests.cast import ClientOf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
expect.set_options(timeout=PATIENCE)
MakeModels = Callable[..., list[ModelVersion]]


@pytest.fixture
def office(live_server: LiveServer, lead: User, client_of: ClientOf, sit_down: SitDown) -> Page:
    """A lead at a browser in which nothing may go wrong."""
    page = sit_down(live_server.url)
    cookie = client_of(lead).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    return page


def keep(page: Page, name: str) -> None:
    """Leave pictures of the page, wide and narrow, where CQIA_SCREENSHOTS says, if it does."""
    folder = os.environ.get("CQIA_SCREENSHOTS")
    if folder:
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})


def test_it_shows_what_a_campaign_takes_and_checks_it_at_the_end(
    office: Page, make_models: MakeModels, evaluator: User
) -> None:
    make_models("zebra-base", "yak-tuned", "wolf-rival", prompts=12)
    page = office
    page.goto("/p/tea/evaluate/new")
    for model in ("zebra-base", "yak-tuned", "wolf-rival"):
        page.get_by_role("checkbox", name=model).check()
    expect(page.locator("#plan")).to_contain_text("36 comparisons over 12 prompts")
    expect(page.locator("#plan")).to_contain_text("too few")
    page.get_by_label("Share of wins to be told from a half").fill("95")
    page.get_by_label("Attention items").fill("10")
    page.get_by_label("Votes for each comparison").fill("1")
    page.get_by_label("Votes for each comparison").blur()
    expect(page.locator("#plan")).to_contain_text("4 attention items")
    expect(page.locator("#plan .pill")).to_have_text("enough")
    page.get_by_label("It ends").select_option("anytime")
    page.get_by_label("Name", exact=True).fill("盲评")
    keep(page, "new-campaign")
    page.get_by_role("button", name="Open the campaign").click()
    expect(page.get_by_text("0 of 36 votes")).to_be_visible()
    campaign = Campaign.objects.get()
    for choice in ("left", "right", "left", "tie"):
        ballot = votes.next_ballot(evaluator, campaign)
        assert ballot is not None
        votes.cast(evaluator, campaign, votes.token_of(ballot, evaluator), choice)
    page.reload()
    expect(page.locator("table")).to_contain_text("Evaluator")
    page.get_by_text("Committed assignment").click()
    expect(page.get_by_text(campaign.commitment)).to_be_visible()
    keep(page, "campaign")
    page.get_by_text("End the voting and show the ranking").click()
    page.get_by_role("button", name="Close it for good").click()
    page.get_by_role("button", name="Check it now").click()
    expect(page.get_by_text("hashes agree")).to_be_visible()
    keep(page, "closed")
