"""The blind vote in Chromium: by keys, with an input method, on a phone, without scripts."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.models import Project
from cqia.accounts.models import User
from cqia.accounts.roles import Role
from evaluation.models import Answer, Campaign, VoteEvent
from tests.browser.conftest import PATIENCE, SitDown
from tests.cast import ClientOf, person
from tests.poll import MakePoll

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
expect.set_options(timeout=PATIENCE)

Booth = Callable[..., Page]


@pytest.fixture
def booth(
    live_server: LiveServer, evaluator: User, client_of: ClientOf, sit_down: SitDown
) -> Booth:
    """booth(user=None, **options): the vote page in a browser of its own, in which nothing may go wrong."""

    def booth(user: User | None = None, **options: object) -> Page:
        cookie = client_of(user or evaluator).cookies[settings.SESSION_COOKIE_NAME].value
        page = sit_down(live_server.url, **options)
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        page.goto("/p/tea/vote/")
        page.get_by_role("link", name="Begin").click()  # after how it is done, read once
        page.wait_for_url(re.compile(r"/vote/\d+"))  # and its script is there
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


def test_three_people_vote_at_once_and_nobody_meets_a_comparison_twice(
    booth: Booth, make_poll: MakePoll, project: Project, evaluator: User, second_evaluator: User
) -> None:
    campaign = make_poll(prompts=3, votes=3)
    people = (evaluator, second_evaluator, person("third_evaluator", project, Role.EVALUATOR))
    pages = [booth(user) for user in people]
    for turn in range(3):
        for page, key in zip(pages, "123"[turn:] + "123"[:turn], strict=True):
            before = page.locator(".vote-answers").inner_text()
            page.reload()
            assert page.locator(".vote-answers").inner_text() == before  # nothing is drawn anew
            vote(page, key)
    for page in pages:
        expect(page.get_by_text("Thank you, that was the last one")).to_be_visible()
    done = campaign.ballots.done()
    assert sorted(done.values_list("choice", flat=True)) == sorted(["left", "right", "tie"] * 3)
    assert len(set(done.values_list("matchup", "holder"))) == 9
    assert VoteEvent.objects.filter(verb="cast").count() == 9


def test_it_takes_the_last_vote_back_by_a_key(booth: Booth, make_poll: MakePoll) -> None:
    campaign = make_poll(prompts=2)
    page = booth()
    first = page.locator("[name=ballot]").get_attribute("value")
    vote(page, "1")
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    page.keyboard.press("u")
    expect(page.locator(f"[name=ballot][value='{first}']")).to_have_count(1)
    assert choices(campaign) == []
    vote(page, "2")
    assert choices(campaign) == ["right"]


def test_it_offers_undo_for_ten_seconds(booth: Booth, make_poll: MakePoll) -> None:
    make_poll(prompts=2)
    page = booth()
    page.clock.install()
    vote_and_let_run(page, "1")
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    page.clock.fast_forward(10_500)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def vote_and_let_run(page: Page, key: str) -> None:
    token = page.locator("[name=ballot]").get_attribute("value")
    page.keyboard.press(key)
    expect(page.locator(f"[name=ballot][value='{token}']")).to_have_count(0)
    page.clock.run_for(600)


def test_it_skips_by_keys_alone_and_says_why(booth: Booth, make_poll: MakePoll) -> None:
    campaign = make_poll(prompts=2)
    page = booth()
    token = page.locator("[name=ballot]").get_attribute("value")
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="I cannot decide")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(f"[name=ballot][value='{token}']")).to_have_count(0)
    assert [each.reason for each in campaign.ballots.done()] == ["knowledge"]


def test_it_answers_the_criteria_by_keys(booth: Booth, make_poll: MakePoll) -> None:
    campaign = make_poll(prompts=1)
    Campaign.objects.update(criteria=["helpfulness", "safety"], tags=["更准确"])
    page = booth()
    for key in "qwww":
        page.keyboard.press(key)
    page.get_by_text("更准确").click()
    page.keyboard.press("1")
    expect(page.get_by_text("Thank you, that was the last one")).to_be_visible()
    ballot = campaign.ballots.done().get()
    assert ballot.ratings == {"helpfulness": "left", "safety": "tie"}
    assert (ballot.choice, ballot.tags) == ("left", ["更准确"])


def test_both_answers_scroll_together(booth: Booth, make_poll: MakePoll) -> None:
    make_poll(prompts=1)
    Answer.objects.update(text="一段很长的话。\n\n" * 80)
    page = booth(viewport={"width": 1440, "height": 900})
    page.mouse.move(300, 500)
    page.mouse.wheel(0, 700)
    page.wait_for_function("document.getElementById('texts').scrollTop > 600")
    tops = page.evaluate(
        "['a', 'b'].map((side) => document.getElementById('answer-' + side).getBoundingClientRect().top)"
    )
    assert tops[0] == tops[1] < 0


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
