"""The pre-filter's lines in Chromium: dragged, moved by keys, judged by labels, saved and undone."""

import json
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SitDown
from tests.browser.test_story_browser import painted, signed_in
from tests.live import Installation, eventually

pytestmark = pytest.mark.browser
SLUG = "lines"
TEXT = (
    "绿茶未经发酵，叶片细嫩，沸水会把叶片烫熟，使茶汤发黄发苦，香气也会散去，所以宜用温水慢慢冲泡。"
)
OF = (
    " FROM annotation_pair pair JOIN annotation_project project ON project.id = pair.project_id"
    " WHERE project.slug = %s"
)
CHECKED = f"SELECT count(*) {OF} AND state <> 'imported'"
PASSED = f"SELECT count(*) {OF} AND state NOT IN ('imported', 'dropped')"


@pytest.fixture
def cockpit(live: Installation, sit_down: SitDown, tmp_path: Path) -> Page:
    """Thirty pairs whose answers are 4, 5 … 33 characters long."""
    token = live.make_project(SLUG, mei="lead")["mei"]
    rows = [
        {"instruction": f"第{number}问：怎样泡茶？", "input": "", "output": TEXT[:number]}
        for number in range(4, 34)
    ]
    file = tmp_path / "lines.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    fields = {"source": "茶", "recipe": "alpaca", "licence": "CC-BY-4.0"}
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=live.url, headers=headers) as lead, file.open("rb") as content:
        path = f"/api/projects/{SLUG}/imports"
        answer = lead.post(path, data=fields, files={"file": content}, timeout=60)
    assert answer.status_code == 201, answer.text
    eventually(lambda: live.one(CHECKED, SLUG) == 30)
    page = signed_in(sit_down(live.url), "mei").page
    page.goto(f"/p/{SLUG}/prefilter/")
    painted(page)
    return page


def test_a_lead_finds_the_right_place_for_a_line(cockpit: Page, live: Installation) -> None:
    row = cockpit.locator("#check-length")
    passing = live.one(PASSED, SLUG)
    dragged(cockpit, row)
    moved_by_keys(cockpit, row, passing)
    labelled(cockpit, row)
    put_there(row)
    saved_and_undone(cockpit, live, passing)


def low(row: Locator) -> int:
    return int(row.locator(".check-line [name=low]").input_value())


def dragged(page: Page, row: Locator) -> None:
    """By mouse: what would pass is said while the button is down, and exactly once it is up."""
    handle = row.locator(".handle[data-bound=low]")
    handle.scroll_into_view_if_needed()
    box, axis = handle.bounding_box(), row.locator(".scores > svg").bounding_box()
    assert box is not None
    assert axis is not None
    before, y = low(row), box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(axis["x"] + axis["width"] * 0.7, y, steps=6)
    at = low(row)
    assert before < at < 20
    said = re.compile(rf"About {34 - at} of 30 would pass this check\.")
    expect(row.locator(".check-preview")).to_have_text(said)
    page.mouse.up()
    expect(row.locator(".check-preview")).to_contain_text("would pass the pre-filter.")


def moved_by_keys(page: Page, row: Locator, passing: int) -> None:
    slider = row.get_by_role("slider", name="Answer length: at least")
    slider.focus()
    page.keyboard.press("Home")
    while low(row) < 9:
        page.keyboard.press("ArrowRight")
    page.keyboard.press("PageUp")
    page.keyboard.press("PageDown")
    expect(slider).to_have_attribute("aria-valuenow", str(low(row)))
    row.locator(".check-line [name=low]").fill("10")
    expect(slider).to_have_attribute("aria-valuenow", "10")
    expect(slider).to_have_attribute("aria-valuetext", "10 · About 24 of 30 would pass this check.")
    expect(row.locator(".check-preview")).to_have_text(
        f"Saving would drop 6 and let 0 back in. {passing - 6} pairs would pass the pre-filter."
    )


def labelled(page: Page, row: Locator) -> None:
    """K and D on a card; the next card has the focus, and precision is there to be read."""
    row.locator(".check-sides > summary").click()
    expect(row.locator(".side-card")).to_have_count(26)
    beyond, within = row.locator(".sides > section").all()
    beyond.locator(".side-card").first.focus()
    for key in "dddddd":
        pressed(page, key)
    expect(row.locator(".check-precision")).to_have_text("precision 100% (61%–100%, 6 labelled)")
    focused = page.locator(".side-card:focus")
    expect(focused).to_have_attribute("aria-label", re.compile("score 10$"))
    page.keyboard.press("ArrowUp")
    pressed(page, "u")
    expect(focused).to_have_attribute("aria-label", re.compile("score 4$"))
    expect(row.locator(".check-precision")).to_have_text("precision 100% (57%–100%, 5 labelled)")
    within.locator(".side-card").first.focus()
    for key in "dkkkkk":
        pressed(page, key)


def pressed(page: Page, key: str) -> None:
    with page.expect_response(re.compile("/labels$")):
        page.keyboard.press(key)
    painted(page)


def put_there(row: Locator) -> None:
    """The proposal goes into the field; nothing is saved yet."""
    expect(row.locator(".proposal")).to_contain_text("Proposed line: 11.")
    row.get_by_role("link", name="Put the line there").click()
    expect(row.locator(".check-line [name=low]")).to_have_value("11")
    expect(row.locator(".check-preview")).to_contain_text("Saving would drop 7")


def saved_and_undone(page: Page, live: Installation, passing: int) -> None:
    page.locator("#check-length").get_by_role("button", name="Save").click()
    expect(page.locator(".messages")).to_have_text("Saved. Pairs dropped: 7; let back in: 0.")
    assert live.one(PASSED, SLUG) == passing - 7
    page.locator(".last-change").get_by_role("button", name="Undo").click()
    expect(page.locator(".messages")).to_have_text("Undone. Pairs dropped: 0; let back in: 7.")
    assert live.one(PASSED, SLUG) == passing
    expect(page.locator("#check-length .check-line [name=low]")).to_have_value("2")
