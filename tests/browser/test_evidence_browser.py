"""What the browser counts of the writing, by real keys, a real clipboard and a real input method."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.browser

SCRIPT = Path(__file__).parents[2] / "static/js/evidence.js"
PAGE = """<!doctype html><meta charset="utf-8">
<form id="desk"><input type="hidden" name="evidence"><textarea id="text"></textarea></form>
<textarea id="aside">不在桌上的话</textarea>
<script type="module" src="/evidence.js"></script>"""


def answer(route: Route) -> None:
    if route.request.url.endswith("/evidence.js"):
        route.fulfill(path=SCRIPT, content_type="text/javascript")
    else:
        route.fulfill(body=PAGE, content_type="text/html")


@pytest.fixture(scope="module")
def tab(chromium: Browser) -> Iterator[Page]:
    tab = chromium.new_page()
    tab.clock.install()
    tab.route("**/*", answer)
    yield tab
    tab.close()


@pytest.fixture
def page(tab: Page) -> Page:
    tab.goto("http://evidence.test/")
    tab.locator("#text").focus()
    return tab


def counted(page: Page) -> dict[str, Any]:
    page.clock.run_for(1_000)
    found: dict[str, Any] = json.loads(page.locator("[name=evidence]").input_value())
    return found


def written(page: Page) -> dict[str, int]:
    return {name: counted(page)[name] for name in ("typed", "pasted", "composed")}


def test_it_counts_what_is_typed(page: Page) -> None:
    page.keyboard.type("tea 1")
    page.keyboard.press("Enter")
    page.keyboard.press("Backspace")
    assert written(page) == {"typed": 6, "pasted": 0, "composed": 0}


def test_it_counts_what_an_input_method_composes_once(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    for letters in ("l", "lv", "lvcha"):
        devtools.send(
            "Input.imeSetComposition",
            {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)},
        )
    devtools.send("Input.insertText", {"text": "绿茶"})
    assert page.locator("#text").input_value() == "绿茶"
    assert written(page) == {"typed": 0, "pasted": 0, "composed": 2}


def test_it_counts_what_is_pasted(page: Page) -> None:
    page.locator("#aside").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    page.locator("#text").focus()
    page.keyboard.press("Control+v")
    assert page.locator("#text").input_value() == "不在桌上的话"
    assert written(page) == {"typed": 0, "pasted": 6, "composed": 0}


def test_it_counts_nothing_beside_the_desk(page: Page) -> None:
    page.locator("#aside").focus()
    page.keyboard.type("abc")
    assert written(page) == {"typed": 0, "pasted": 0, "composed": 0}


def test_pauses_are_no_work(page: Page) -> None:
    page.keyboard.type("a")
    page.clock.run_for(10_000)
    busy = counted(page)["active_s"]
    assert 9 <= busy <= 12
    page.clock.run_for(120_000)
    assert 29 <= counted(page)["active_s"] <= 31
    page.keyboard.type("b")
    page.clock.run_for(5_000)
    assert 33 <= counted(page)["active_s"] <= 38


def test_a_new_desk_begins_anew(page: Page) -> None:
    page.keyboard.type("abc")
    page.evaluate("document.getElementById('desk').innerHTML = '<input name=evidence type=hidden>'")
    assert written(page) == {"typed": 0, "pasted": 0, "composed": 0}


def test_a_desk_that_comes_again_goes_on(page: Page) -> None:
    page.keyboard.type("abc")
    counted(page)
    page.evaluate("window.old = document.getElementById('desk'); old.remove()")
    page.clock.run_for(1_000)
    page.evaluate("document.body.prepend(old)")
    page.clock.run_for(1_000)
    page.locator("#text").focus()
    page.keyboard.type("d")
    assert written(page) == {"typed": 4, "pasted": 0, "composed": 0}
