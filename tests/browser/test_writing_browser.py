"""Hints, differences and the choice between two texts, as one meets them in the browser."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotation.models import Annotation, Draft, State
from tests.browser.conftest import Bench, at_the_end, press, see
from tests.cast import MakePair

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

QUESTION = "为什么绿茶不宜用沸水冲泡？"
ANSWER = "绿茶未经发酵，沸水会烫熟茶叶。茶汤发黄发苦，香气散失。水温以八十度上下为宜，泡两分钟。"
CARD = "身份证号：360426199101010071。"


def look(page: Page, name: str) -> None:
    """Keep a picture where CQIA_SHOTS says, for people to look at."""
    if folder := os.environ.get("CQIA_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def rewrite(page: Page, text: str) -> None:
    press(page, "e")
    page.locator("#text").fill(text)


def test_an_error_stops_the_submit_until_it_is_mended(bench: Bench, make_pair: MakePair) -> None:
    make_pair(QUESTION, ANSWER, state=State.QUEUED)
    page = bench()
    see(page, QUESTION)
    rewrite(page, f"{ANSWER}😀\n{CARD}")
    error = page.locator("#hints [data-severity=error]")
    expect(error).to_contain_text("360426199101010071")
    look(page, "error")
    error.get_by_role("button", name="Line 2").click()
    assert page.evaluate("getSelection().toString()") == "360426199101010071"
    press(page, "Control+Enter")
    expect(page.locator("#said")).to_contain_text("Mend what the hints call an error")
    assert not Annotation.objects.exists()
    rewrite(page, ANSWER + "趁热喝。")
    expect(error).to_have_count(0)
    press(page, "Control+Enter")
    at_the_end(page)
    assert Annotation.objects.get().verb == "rewrite"


def test_a_warning_lets_pass_with_one_more_press(bench: Bench, make_pair: MakePair) -> None:
    make_pair(QUESTION, ANSWER, state=State.QUEUED)
    page = bench()
    see(page, QUESTION)
    rewrite(page, "绿茶,红茶,白茶,都怕沸水.")
    expect(page.locator("#hints [data-severity=warning]")).to_be_visible()
    look(page, "warning")
    press(page, "Control+Enter")
    expect(page.locator("#said")).to_contain_text("Press once more")
    assert not Annotation.objects.exists()
    press(page, "Control+Enter")
    at_the_end(page)
    assert Annotation.objects.get().verb == "rewrite"


def test_what_moved_is_told_from_what_is_new(bench: Bench, make_pair: MakePair) -> None:
    make_pair(QUESTION, ANSWER, state=State.QUEUED)
    page = bench()
    see(page, QUESTION)
    first, *rest = ANSWER.removesuffix("。").split("。")
    rewrite(page, "。".join([*rest, first]) + "。趁热喝。")
    expect(page.locator("#difference ins.moved")).to_have_text(f"{first}。")
    expect(page.locator("#difference ins:not(.moved)")).to_have_text("趁热喝。")
    expect(page.locator("#figures")).to_contain_text("+4")
    expect(page.locator("#figures")).to_contain_text("47 characters")
    look(page, "moved")


def test_one_chooses_between_two_texts(bench: Bench, careless: Page, make_pair: MakePair) -> None:
    make_pair(QUESTION, ANSWER, state=State.QUEUED)
    there = bench()
    see(there, QUESTION)
    careless.reload()
    see(careless, QUESTION)
    rewrite(there, "在那里写的。")
    expect(there.locator("#saved")).to_contain_text("Saved")
    rewrite(careless, "在这里写的。")
    expect(careless.locator(".conflict")).to_be_visible()
    look(careless, "conflict")
    careless.get_by_role("button", name="Keep both").click()
    expect(careless.locator("#text")).to_have_value("在这里写的。\n\n在那里写的。")
    assert Draft.objects.get().rivals == {}


def test_a_table_of_five_megabytes_is_refused_and_stays_in_the_editor(
    careless: Page, make_pair: MakePair
) -> None:
    make_pair(QUESTION, ANSWER, state=State.QUEUED)
    careless.reload()
    see(careless, QUESTION)
    table = ("|" + "绿茶|" * 333 + "\n") * 5_200
    press(careless, "e")
    careless.evaluate(
        "text => { const to = document.getElementById('text'); to.value = text;"
        " to.dispatchEvent(new Event('input', {bubbles: true})); }",
        table,
    )
    expect(careless.locator("#said")).to_contain_text("more than 200,000 characters")
    look(careless, "too-long")
    press(careless, "Control+Enter")
    assert careless.locator("#text").evaluate("text => text.value.length") == len(table)
    assert (Draft.objects.count(), Annotation.objects.count()) == (0, 0)
    rewrite(careless, "短了。")
    expect(careless.locator("#said")).to_be_empty()
    expect(careless.locator("#saved")).to_contain_text("Saved")
