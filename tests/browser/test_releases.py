"""A lead makes a release in Chromium: composed, tried, held back, let through, frozen, fetched, compared."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.models import Batch, Pair, Project, Source
from cqia.accounts.models import User
from review import compositions
from review.composition import Body
from review.models import Composition, GateWaiver, Release
from tests.browser.conftest import SitDown, press
from tests.cast import ClientOf, MakeAnnotated, MakeRelease
from tests.work import work_off

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
THERE = {"茶馆问答": 12, "茶百科": 6, "茶艺考题": 3}
Stock = Callable[..., None]


@pytest.fixture
def stock(make_approved: MakeAnnotated, project: Project) -> Stock:
    """stock(**terms): approved rows of three sources, which have these terms."""

    def stock(**terms: str) -> None:
        given = {"licence_kind": "CC-BY-4.0", "consent": "given", "output_terms": "none", **terms}
        for number, (name, rows) in enumerate(THERE.items()):
            source = Source.objects.create(project=project, name=name, recipe="cqia", **given)
            batch = Batch.objects.create(
                source=source, filename="raw.jsonl", path=f"{number}.jsonl", sha256=str(number) * 64,
                size=0, kind="jsonl", encoding="utf-8",
            )  # fmt: skip
            for row in range(rows):
                pair = make_approved(f"{name}的第{row}个回答，{'水温八十度为宜。' * (row + 1)}")
                Pair.objects.filter(pk=pair.pk).update(
                    source=source, batch=batch, instruction=f"{name}第{row}问：怎样泡茶？"
                )

    return stock


@pytest.fixture
def desk(
    live_server: LiveServer, sit_down: SitDown, lead: User, client_of: ClientOf,
    settings: Any, tmp_path: Path,
) -> Page:  # fmt: skip
    """The lead's browser."""
    settings.MEDIA_ROOT, settings.TOKENIZER = tmp_path, ""
    name = django_settings.SESSION_COOKIE_NAME
    cookie = client_of(lead).cookies[name].value
    page = sit_down(live_server.url)
    page.context.add_cookies([{"name": name, "value": cookie, "url": live_server.url}])
    return page


@pytest.fixture
def composition(project: Project, lead: User) -> Composition:
    body = Body.from_json({"seed": "7", "split": {"test": 0.25}})
    return compositions.save(project, lead, "茶的问答", body, None)


def counted(page: Page, rows: int) -> None:
    expect(page.locator("#look .stat").first).to_contain_text(re.compile(rf"^{rows}\s*rows?\b"))


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has_text=name)


def test_a_lead_composes_while_the_count_follows(desk: Page, stock: Stock) -> None:
    stock()
    desk.goto("/p/tea/releases/")
    desk.get_by_role("link", name="Compositions").click()
    desk.get_by_role("link", name="New composition").click()
    counted(desk, 21)
    expect(desk.locator("#look .drop")).to_have_count(10)
    desk.get_by_label("茶馆问答", exact=True).check()
    counted(desk, 12)
    desk.get_by_label("茶百科", exact=True).focus()
    press(desk, "Space")
    counted(desk, 18)
    mixed(desk)
    desk.get_by_label("Name", exact=True).fill("茶的三源混合")
    press(desk, "Enter")
    expect(desk.locator(".messages")).to_have_text("Saved.")
    expect(desk.get_by_role("heading", level=1)).to_have_text("茶的三源混合")
    expect(row_of(desk, "茶百科").locator(".amount")).to_have_value("2")


def mixed(page: Page) -> None:
    """One part of the first source and two of the second, of which there are not enough."""
    page.get_by_label("Mix by").select_option("source")
    first = page.get_by_label("Figure of 茶馆问答")
    first.click()
    page.keyboard.type("1")
    press(page, "Tab")
    page.keyboard.type("2")
    expect(row_of(page, "茶百科").get_by_role("cell").nth(3)).to_have_text("6")
    page.get_by_label("In all").fill("12")
    cells = row_of(page, "茶百科").get_by_role("cell")
    expect(cells.nth(3)).to_have_text("8")
    expect(cells.nth(4)).to_have_text("6")
    expect(cells.nth(5)).to_have_text("2")
    expect(page.locator("#look")).to_contain_text("It lacks 2")


def test_the_gate_holds_a_composition_back_until_it_is_let_through_by_name(
    desk: Page, stock: Stock, composition: Composition, lead: User
) -> None:
    stock(consent="refused")
    desk.goto(f"/p/tea/compositions/{composition.pk}/")
    desk.get_by_role("button", name="Dry run").click()
    work_off()
    expect(desk.get_by_text("It is held back")).to_be_visible()
    expect(desk.get_by_role("button", name="Freeze 21 rows")).to_be_disabled()
    desk.get_by_role("link", name=re.compile("things? told")).click()
    for name, rows in THERE.items():
        held = desk.locator("section", has=desk.locator("header .tag", has_text=name))
        expect(held).to_contain_text(f"{rows} rows")
        held.get_by_text(f"The {rows} rows").click()
        expect(held.locator(".drop")).to_have_count(rows)
    held.get_by_label("Let through").select_option("subject")
    held.get_by_label("Why it may go out").fill("作者已书面同意")
    held.get_by_role("button", name="Let it through").click()
    work_off()
    expect(desk.get_by_text("It passes: nothing holds the release back.")).to_be_visible()
    told = row_of(desk, "作者已书面同意")
    expect(told).to_contain_text(lead.username)
    assert GateWaiver.objects.get().reason == "作者已书面同意"


def test_what_is_frozen_is_what_is_fetched(
    desk: Page, stock: Stock, composition: Composition, tmp_path: Path
) -> None:
    stock()
    desk.goto(f"/p/tea/compositions/{composition.pk}/")
    desk.get_by_role("button", name="Dry run").click()
    work_off()
    expect(desk.get_by_text("Proposed version: 1.0.0")).to_be_visible()
    desk.get_by_label("Summary").fill("第一次发布")
    desk.get_by_role("button", name="Freeze 21 rows").click()
    work_off()
    desk.reload()
    desk.get_by_role("link", name="1.0.0").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Release 1.0.0")
    desk.get_by_role("link", name="Download").click()
    listed = row_of(desk, "data/cqia/").filter(has_text="jsonl").first
    with desk.expect_download() as begun:
        listed.get_by_role("link").click()
    content = begun.value.path().read_bytes()
    expect(listed.locator(".hash")).to_have_text(hashlib.sha256(content).hexdigest())
    desk.get_by_role("navigation").get_by_role("link", name="Statistics").click()
    plot = desk.locator(".chart").first
    with desk.expect_download() as drawn:
        plot.get_by_role("link", name="SVG").click()
    assert drawn.value.path().read_text().lstrip().startswith(("<?xml", "<svg"))


def test_two_releases_are_compared(desk: Page, stock: Stock, make_release: MakeRelease) -> None:
    stock()
    make_release(query={"sources": ["茶馆问答", "茶百科"]})
    make_release(query={"sources": ["茶馆问答", "茶艺考题"]})
    assert [one.version for one in Release.objects.order_by("number")] == ["1.0.0", "2.0.0"]
    desk.goto("/p/tea/releases/2/")
    desk.get_by_role("link", name="Changes", exact=True).click()
    desk.get_by_label("Compared with").select_option("1.0.0")
    desk.get_by_role("button", name="Compare").click()
    expect(desk.locator(".stat").nth(0)).to_have_text(re.compile(r"3\s*rows added"))
    expect(desk.locator(".stat").nth(1)).to_have_text(re.compile(r"6\s*rows removed"))
    expect(desk.locator("#added")).to_contain_text("茶艺考题第2问")
