"""Keys of the pages, in a real Chromium: no server, the script is answered from its file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

pytestmark = pytest.mark.browser

SCRIPT = Path(__file__).parents[2] / "static/js/keys.js"
PAGE = """<!doctype html><meta charset="utf-8">
<details><summary>More</summary><button data-key="a" id="folded">Never</button></details>
<button data-key="a">Accept <kbd>A</kbd></button><button data-key="r" disabled>Reject</button>
<button data-key="Ctrl+Enter">Submit</button><textarea data-key="e"></textarea>
<dialog id="keys"><dl></dl><form method="dialog"><button>Close</button></form></dialog>
<script type="module" src="/keys.js"></script>"""
COUNT = """window.hits = []; document.querySelectorAll("[data-key]").forEach((each) =>
  each.addEventListener("click", () => hits.push(each.id || each.dataset.key)));"""


def answer(route: Route) -> None:
    if route.request.url.endswith("/keys.js"):
        route.fulfill(path=SCRIPT, content_type="text/javascript")
    else:
        route.fulfill(body=PAGE, content_type="text/html")


@pytest.fixture(scope="module")
def tab(chromium: Browser) -> Iterator[Page]:
    tab = chromium.new_page()
    tab.route("**/*", answer)
    yield tab
    tab.close()


@pytest.fixture
def page(tab: Page) -> Page:
    tab.goto("http://keys.test/")
    tab.evaluate(COUNT)
    return tab


def hits(page: Page) -> list[str]:
    found: list[str] = page.evaluate("hits")
    return found


def test_it_clicks_what_declares_the_key(page: Page) -> None:
    page.keyboard.press("a")
    assert hits(page) == ["a"]


def test_it_leaves_what_is_disabled(page: Page) -> None:
    page.keyboard.press("r")
    assert hits(page) == []


def test_it_goes_into_a_field_and_out_by_escape(page: Page) -> None:
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_it_lets_letters_be_text_in_a_field(page: Page) -> None:
    page.focus("textarea")
    page.keyboard.type("a?")
    assert (page.input_value("textarea"), hits(page)) == ("a?", [])


def test_it_submits_by_chord_from_inside_a_field(page: Page) -> None:
    page.focus("textarea")
    page.keyboard.press("Control+Enter")
    assert hits(page) == ["Ctrl+Enter"]


def test_it_ignores_keys_of_the_input_method(page: Page) -> None:
    page.focus("textarea")
    devtools = page.context.new_cdp_session(page)
    devtools.send(
        "Input.imeSetComposition", {"text": "zhong", "selectionStart": 5, "selectionEnd": 5}
    )
    event = {"type": "keyDown", "windowsVirtualKeyCode": 229, "key": "Enter", "modifiers": 2}
    devtools.send("Input.dispatchKeyEvent", event)
    devtools.send("Input.insertText", {"text": "中"})
    assert (page.input_value("textarea"), hits(page)) == ("中", [])


def test_it_lists_the_keys_of_the_page(page: Page) -> None:
    page.keyboard.press("?")
    rows = page.locator("#keys dl > div")
    assert rows.all_inner_texts()[0].split() == ["Accept", "A"]
    page.keyboard.press("a")
    assert hits(page) == []


def test_it_shows_the_keys_while_ctrl_is_held(page: Page) -> None:
    """Those that have their key on them light up, the others get a badge."""
    page.keyboard.down("Control")
    expect(page.locator(".key-badges kbd")).to_have_text(["Ctrl ↵", "E"])
    expect(page.locator("[data-keys-shown] [data-key] kbd")).to_have_text(["A"])
    page.keyboard.up("Control")
    expect(page.locator(".key-badges, [data-keys-shown]")).to_have_count(0)


def test_a_chord_shows_no_keys(page: Page) -> None:
    page.keyboard.down("Control")
    page.keyboard.press("b")
    page.wait_for_timeout(600)  # longer than Ctrl is to be held
    expect(page.locator(".key-badges")).to_have_count(0)
    page.keyboard.up("Control")


def test_the_form_one_writes_in_answers_first(page: Page) -> None:
    page.evaluate(
        """document.body.insertAdjacentHTML("beforeend",
        '<form><input id="said"><button type="button" id="send" data-key="ctrl+enter"></form>')"""
    )
    page.evaluate(COUNT)
    page.locator("#said").press("Control+Enter")
    assert hits(page) == ["send"]
