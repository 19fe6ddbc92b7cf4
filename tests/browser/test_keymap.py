"""The page of one's own keys in a real Chromium: a field takes the key that is pressed in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

pytestmark = pytest.mark.browser

SCRIPTS = Path(__file__).parents[2] / "static/js"
PAGE = """<!doctype html><meta charset="utf-8">
<form id="keymap" data-clash="Two actions have this key.">
<div><input id="accept" data-place="desk" value="a"></div>
<div><input id="skip" data-place="desk" value="s"></div>
<div><input id="approve" data-place="review" value="a"></div></form>
<script type="module" src="/keymap.js"></script>"""


def answer(route: Route) -> None:
    name = route.request.url.rpartition("/")[2]
    if name.endswith(".js"):
        route.fulfill(path=SCRIPTS / name, content_type="text/javascript")
    else:
        route.fulfill(body=PAGE, content_type="text/html")


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    tab = chromium.new_page()
    tab.route("**/*", answer)
    tab.goto("http://keys.test/")
    yield tab
    tab.close()


@pytest.mark.parametrize(
    ("pressed", "name"),
    [("x", "x"), ("Control+k", "ctrl+k"), ("Alt+ArrowUp", "alt+arrowup"), ("Shift+F2", "shift+f2")],
)
def test_a_field_takes_the_key_that_is_pressed(page: Page, pressed: str, name: str) -> None:
    page.locator("#skip").press(pressed)
    expect(page.locator("#skip")).to_have_value(name)


def test_tab_leaves_the_field_as_it_is(page: Page) -> None:
    page.locator("#accept").press("Tab")
    expect(page.locator("#skip")).to_be_focused()
    expect(page.locator("#accept")).to_have_value("a")


def test_two_of_a_page_with_one_key_are_told_at_once(page: Page) -> None:
    page.locator("#skip").press("a")
    expect(page.locator(".clash")).to_have_count(2)
    expect(page.get_by_text("Two actions have this key.")).to_have_count(2)
    page.locator("#skip").press("s")
    expect(page.locator(".clash")).to_have_count(0)


def test_what_an_input_method_composes_is_no_key(page: Page) -> None:
    page.locator("#skip").focus()
    devtools = page.context.new_cdp_session(page)
    devtools.send(
        "Input.dispatchKeyEvent",
        {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": "Process", "code": "KeyX"},
    )
    expect(page.locator("#skip")).to_have_value("s")
