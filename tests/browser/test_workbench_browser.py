"""The workbench in Chromium: the whole job with the keyboard alone, with an input method, offline."""

import re

import pytest
from playwright.sync_api import Page, expect

from annotation.models import Annotation, Draft, Skip, State
from tests.browser.conftest import PATIENCE, Bench, at_the_end, press, see
from tests.cast import MakePair

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
expect.set_options(timeout=PATIENCE)


def test_it_does_the_whole_job_with_the_keyboard_alone(bench: Bench, make_pair: MakePair) -> None:
    make_pair("一问", "甲", state=State.QUEUED)
    make_pair("二问", "乙", state=State.QUEUED)
    make_pair("三问", "丙", state=State.QUEUED)
    make_pair("四问", "子", "丑", "寅", state=State.QUEUED)
    make_pair("五问", "戊", state=State.QUEUED)
    page = bench()
    see(page, "一问")
    press(page, "a")
    see(page, "二问")
    press(page, "e", "Control+End")
    page.keyboard.type("，aersd？1")  # letters are text here
    expect(page.locator("#figures")).to_contain_text("+")
    press(page, "Control+Enter")
    see(page, "三问")
    press(page, "r", "3", "n")
    page.keyboard.type("加了微信")
    press(page, "Control+Enter")
    see(page, "四问")
    press(page, "2", "3", "1", "Control+Enter")
    see(page, "五问")
    press(page, "s", "1")
    expect(page.get_by_text("Only skipped pairs are left")).to_be_visible()
    verbs = list(Annotation.objects.order_by("id").values_list("verb", "reasons", "note"))
    assert verbs == [
        ("accept", [], ""),
        ("rewrite", [], ""),
        ("reject", ["ad"], "加了微信"),
        ("rank", [], ""),
    ]
    assert Annotation.objects.get(verb="rewrite").response.text == "乙，aersd？1"  # type: ignore[union-attr]
    assert Skip.objects.get().pair.instruction == "五问"
    assert Skip.objects.get().reason == "too_hard"


def test_it_ranks_in_the_order_of_the_digits(bench: Bench, make_pair: MakePair) -> None:
    make_pair("问", "子", "丑", "寅", state=State.QUEUED)
    page = bench()
    best = page.locator("[data-answer='3'] .answer-text").inner_text()
    press(page, "1", "3", "1", "1", "2", "Control+Enter")  # 1 is taken back, then second
    at_the_end(page)
    annotation = Annotation.objects.get()
    assert annotation.response is not None
    assert annotation.response.text == best
    assert [len(tier) for tier in annotation.tiers] == [1, 1, 1]


def test_it_is_deaf_while_an_input_method_composes(bench: Bench, make_pair: MakePair) -> None:
    make_pair("问", "答", state=State.QUEUED)
    page = bench()
    chrome = page.context.new_cdp_session(page)
    composing = {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": "a", "code": "KeyA"}
    chrome.send("Input.dispatchKeyEvent", composing)  # outside of any field
    press(page, "e", "Control+End")
    for typed in ("a", "ai"):
        chrome.send("Input.dispatchKeyEvent", composing)
        chrome.send(
            "Input.imeSetComposition",
            {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)},
        )
    enter = {"modifiers": 2, "key": "Enter", "code": "Enter"}  # Ctrl+Enter, still composing
    chrome.send("Input.dispatchKeyEvent", composing | enter)
    chrome.send("Input.insertText", {"text": "爱"})
    expect(page.locator("#text")).to_have_value("答爱")
    expect(page.locator("#saved")).to_contain_text("Saved")
    assert not Annotation.objects.exists()
    press(page, "Control+Enter")
    at_the_end(page)
    assert Annotation.objects.get().response.text == "答爱"  # type: ignore[union-attr]


def test_it_brings_the_draft_to_another_machine(bench: Bench, make_pair: MakePair) -> None:
    make_pair("问", "答", state=State.QUEUED)
    here = bench()
    here.locator("#text").fill("写了一半")
    expect(here.locator("#saved")).to_have_text(re.compile(r"Saved \d\d:\d\d:\d\d"))
    there = bench()
    expect(there.locator("#text")).to_have_value("写了一半")
    expect(there.locator("#figures")).to_contain_text("+4")


def test_it_asks_before_it_drops_a_rewrite(bench: Bench, make_pair: MakePair) -> None:
    make_pair("问", "答", state=State.QUEUED)
    page = bench()
    page.locator("#text").fill("写了很多")
    press(page, "Escape", "a")
    expect(page.get_by_text("You changed the answer.")).to_be_visible()
    assert not Annotation.objects.exists()
    press(page, "a")
    at_the_end(page)
    assert Annotation.objects.get().verb == "accept"


def test_it_does_nothing_on_a_bare_enter_or_backspace(bench: Bench, make_pair: MakePair) -> None:
    make_pair("问", "答", state=State.QUEUED)
    page = bench()
    press(page, "Enter", "Backspace", "r", "1")
    page.locator("[name=reasons]").first.focus()
    press(page, "Enter", "Backspace", "n", "Enter")
    expect(page.locator("[name=note]")).to_have_value("\n")
    assert not Annotation.objects.exists()


def test_it_shows_the_preview_and_the_guideline_by_their_keys(
    bench: Bench, make_pair: MakePair
) -> None:
    pair = make_pair("问", "**答**", state=State.QUEUED)
    pair.project.guidelines.create(version=1, text="写清楚")
    page = bench()
    press(page, "p")
    expect(page.locator("#preview strong")).to_have_text("答")
    press(page, "e")
    expect(page.locator("#text")).to_be_focused()
    press(page, "Escape", "g")
    expect(page.locator("#guideline")).to_contain_text("写清楚")
    press(page, "g")
    expect(page.locator("#guideline")).to_be_hidden()


def test_it_keeps_the_text_while_offline_and_saves_it_afterwards(
    careless: Page, make_pair: MakePair
) -> None:
    make_pair("问", "答", state=State.QUEUED)
    careless.reload()
    careless.context.set_offline(True)
    careless.locator("#text").fill("没有网络")
    expect(careless.locator("#saved")).to_contain_text("Kept in this browser")
    careless.context.set_offline(False)
    expect(careless.locator("#saved")).to_contain_text("Saved")
    assert Draft.objects.get().fields == {"text": "没有网络"}
