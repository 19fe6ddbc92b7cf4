"""The blind vote in Chromium: by keys, with an input method, on a phone, without scripts."""

from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from cqia.accounts.models import User
from evaluation.models import Campaign
from tests.browser.conftest import PATIENCE, SitDown
from tests.cast import ClientOf
from tests.poll import MakePoll

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
expect.set_options(timeout=PATIENCE)

Booth = Callable[..., Page]


@pytest.fixture
def booth(
    live_server: LiveServer, evaluator: User, client_of: ClientOf, sit_down: SitDown
) -> Booth:
    """booth(**options): the vote page in a browser of its own, in which nothing may go wrong."""
    cookie = client_of(evaluator).cookies[settings.SESSION_COOKIE_NAME].value

    def booth(**options: object) -> Page:
        page = sit_down(live_server.url, **options)
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        page.goto("/p/tea/vote/")
        return page

    return booth


def choices(campaign: Campaign) -> list[str]:
    return list(campaign.ballots.done().order_by("done_at").values_list("choice", flat=True))


def vote(page: Page, key: str) -> None:
    """Press a key once the page takes it, and wait for what comes next."""
    token = page.locator("[name=ballot]").get_attribute("value")
    expect(page.get_by_role("button", name="Tie")).to_be_enabled()
    page.keyboard.press(key)
    expect(page.locator(f"[name=ballot][value='{token}']")).to_have_count(0)


def test_it_votes_with_four_digits(booth: Booth, make_poll: MakePoll) -> None:
    campaign = make_poll(prompts=4)
    page = booth()
    for key in "1234":
        vote(page, key)
    expect(page.get_by_text("Thank you, that was the last one")).to_be_visible()
    assert choices(campaign) == ["left", "right", "tie", "both_bad"]


def test_it_counts_one_vote_for_a_key_pressed_twice(booth: Booth, make_poll: MakePoll) -> None:
    campaign = make_poll(prompts=3)
    page = booth()
    for _ in range(6):
        page.keyboard.press("1")
    expect(page.locator("progress")).to_have_attribute("value", "1")
    expect(page.get_by_role("button", name="Tie")).to_be_enabled()
    assert choices(campaign) == ["left"]


def test_its_keys_are_dead_while_composing(booth: Booth, make_poll: MakePoll) -> None:
    campaign = make_poll()
    page = booth()
    page.evaluate(
        "for (const key of ['1', '2', '3', '4']) document.body.dispatchEvent("
        "new KeyboardEvent('keydown', {key, keyCode: 229, isComposing: true, bubbles: true}))"
    )
    page.wait_for_timeout(300)
    assert choices(campaign) == []


def test_it_shows_both_answers_equally_wide(booth: Booth, make_poll: MakePoll) -> None:
    make_poll()
    page = booth(viewport={"width": 1440, "height": 900})
    boxes = [page.locator(f"#answer-{side}").bounding_box() for side in "ab"]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["width"] == pytest.approx(boxes[1]["width"], abs=1)
    assert boxes[0]["y"] == boxes[1]["y"]


def test_it_turns_from_a_to_b_on_a_phone(booth: Booth, make_poll: MakePoll) -> None:
    make_poll()
    page = booth(viewport={"width": 390, "height": 844}, has_touch=True)
    expect(page.locator("#answer-a")).to_be_in_viewport(ratio=0.6)
    expect(page.locator("#answer-b")).not_to_be_in_viewport(ratio=0.6)
    page.get_by_role("link", name="B", exact=True).click()
    expect(page.locator("#answer-b")).to_be_in_viewport(ratio=0.6)
    expect(page.locator("[data-tab=answer-b]")).to_have_attribute("aria-current", "true")
    for name in ("A is better", "B is better", "Tie", "Both bad"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_works_without_scripts(booth: Booth, make_poll: MakePoll) -> None:
    campaign = make_poll(prompts=1)
    page = booth(java_script_enabled=False)
    page.get_by_role("button", name="Tie").click()
    expect(page.get_by_text("You cast 1 vote.")).to_be_visible()
    assert choices(campaign) == ["tie"]
