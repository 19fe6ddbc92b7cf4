"""The workbench for everybody: WCAG 2.2 AA by axe, on a phone, at a zoom of 200 %, without motion."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotation.models import Mode, Project, State
from cqia.accounts.models import User
from tests.browser.conftest import Bench, press
from tests.browser.test_workbench_decisions import CLEAR, RIGHT, ask
from tests.cast import MakePair

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="the dev extra has axe")

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
}
ANSWERS = [
    "绿茶**未经**发酵。\n\n| 茶 | 水温 |\n|---|---|\n| 绿茶 | 80 |",
    "用八十度的水。",
    "沸水会烫熟茶叶。",
]
Prepare = Callable[[Page], object]


def opened(*keys: str) -> Prepare:
    return lambda page: press(page, *keys)


def written(page: Page) -> None:
    """Something is typed, and what the server says of it has come."""
    press(page, "e", "Control+End")
    page.keyboard.type("，加我微信 chaye-2020")
    expect(page.locator("#difference ins").first).to_be_visible()
    page.wait_for_load_state("networkidle")


# What is on the page: how many answers, what the project asks, and what is done there before it is looked at.
STATES: dict[str, tuple[int, dict[str, Any] | None, Prepare]] = {
    "decide": (1, None, opened()),
    "rewritten": (1, None, written),
    "preview": (1, None, opened("p")),
    "reject": (1, None, opened("r")),
    "skip": (1, None, opened("s")),
    "question edited": (1, None, opened("i")),
    "guideline": (1, None, opened("g")),
    "comments": (1, None, opened("c")),
    "keys": (1, None, opened("?")),
    "scales": (1, {"mode": Mode.DECIDE, "criteria": [CLEAR, RIGHT]}, opened("2")),
    "flaw": (1, {"mode": Mode.FLAW}, opened()),
    "three answers": (3, None, opened("2", "1")),
    "cards": (8, None, opened("ArrowDown", "1")),
    "pick": (3, {"mode": Mode.PICK, "criteria": [CLEAR]}, opened("1", "2")),
    "idle": (0, None, opened()),
}
# Width and height of the window in CSS pixels: a phone, 1440 at a zoom of 200 %, 1440.
WINDOWS = ((390, 844), (720, 450), (1440, 900))
MOVING = """() => document.getAnimations().filter((one) => one.playState === "running"
  && one.effect.getComputedTiming().duration > 1).length"""


@pytest.fixture(params=STATES)
def state(
    request: pytest.FixtureRequest, make_pair: MakePair, project: Project, lead: User
) -> Prepare:
    """A pair on the desk as the state wants it; what to do on the page."""
    answers, form, prepare = STATES[request.param]
    project.guidelines.create(version=1, text="# 写清楚\n\n- 一条\n- 两条")
    if form is not None:
        ask(project, lead, **form)
    if answers:
        texts = [f"{ANSWERS[n % 3]}第{n}种说法。" for n in range(answers)]
        make_pair("为什么绿茶不宜用沸水冲泡？", *texts, state=State.QUEUED, input="请分点作答。")
    return prepare


def sat_down(bench: Bench, state: Prepare, **options: object) -> Page:
    page = bench(reduced_motion="reduce", **options)
    page.wait_for_load_state("networkidle")
    page.wait_for_selector("#desk:not([data-fresh])")
    state(page)
    page.wait_for_load_state("networkidle")
    return page


def test_every_state_is_for_everybody(bench: Bench, state: Prepare) -> None:
    """By the rules of axe in both themes, without scrolling sideways, without motion."""
    page = sat_down(bench, state)
    for look in ("light", "dark"):
        page.emulate_media(color_scheme=look, reduced_motion="reduce")
        found = axe.Axe().run(page, options=RULES).response["violations"]
        assert [(look, one["id"], node["html"]) for one in found for node in one["nodes"]] == []
    assert page.evaluate(MOVING) == 0
    for width, height in WINDOWS:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.scrollHeight") <= height


def test_it_is_worked_with_one_thumb(bench: Bench, make_pair: MakePair) -> None:
    make_pair("一问", "甲", state=State.QUEUED)
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = bench(**phone)
    page.wait_for_selector("#desk:not([data-fresh])")
    for button in page.locator(".desk-actions > .btn, .desk-actions > details > .btn").all():
        if not button.is_visible():
            continue
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 40  # the design’s least target
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["y"] + box["height"] <= 844
    page.wait_for_timeout(500)  # a press that comes at once is not meant for this pair
    page.locator("#accept").tap()
    expect(page.get_by_text("Everything is annotated")).to_be_visible()


def test_it_is_read_where_colours_are_forced(bench: Bench, make_pair: MakePair) -> None:
    """What the eye must find is a border or a word there, too: the chosen card, the changed words."""
    make_pair("七问", "子", "丑", "寅", "卯", state=State.QUEUED)
    page = bench(forced_colors="active")
    page.wait_for_selector("#desk:not([data-fresh])")
    press(page, "ArrowDown", "1")
    card = page.locator("[data-answer][aria-current]")
    style = (
        "node => { const s = getComputedStyle(node); return [s.outlineStyle, s.borderTopStyle]; }"
    )
    assert set(card.evaluate(style)) != {"none"}
