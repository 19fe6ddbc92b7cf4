"""The pages on which leads compose releases, for everybody: WCAG 2.2 AA by axe, on a phone, by keys."""

import pytest
from playwright.sync_api import Page, Route, expect

from annotation.models import Project
from cqia.accounts.models import User
from review import compositions, dry_runs
from review.composition import Body
from tests.browser.conftest import press
from tests.browser.test_form_and_triage import assert_for_everybody
from tests.browser.test_releases import Stock, desk, row_of, stock
from tests.work import work_off

__all__ = ["desk", "stock"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MIXED = {"mixture": {"by": "source", "parts": {"茶馆问答": 1, "茶百科": 2}, "total": 12}}


def test_pages_of_composing_are_for_everybody(
    desk: Page, stock: Stock, project: Project, lead: User
) -> None:
    stock(consent="refused", licence_kind="unknown")
    composition = compositions.save(project, lead, "茶的混合", Body.from_json(MIXED), None)
    run = dry_runs.ask_for(composition, lead)
    work_off()
    for path in (
        "releases/",
        "compositions/",
        f"compositions/{composition.pk}/",
        f"compositions/dry-runs/{run.pk}/",
        f"releases/gate/{composition.pk}/",
        "releases/licences/",
        "releases/licences/1/",
    ):
        desk.goto(f"/p/tea/{path}")
        assert_for_everybody(desk)


def test_a_figure_being_written_outlives_the_count(desk: Page, stock: Stock) -> None:
    stock()
    desk.goto("/p/tea/compositions/new")
    desk.get_by_label("Mix by").select_option("source")
    figure = desk.get_by_label("Figure of 茶百科")
    expect(figure).to_be_visible()

    def late(route: Route) -> None:
        answer = route.fetch()
        press(desk, "ArrowLeft", "5")  # while the answer is on its way
        route.fulfill(response=answer)

    desk.route("**/compositions/0/look", late, times=1)
    figure.press_sequentially("12")
    expect(row_of(desk, "茶百科").get_by_role("cell").nth(4)).to_have_text("6")  # counted anew
    expect(figure).to_be_focused()
    expect(figure).to_have_value("152")
    press(desk, "7")
    expect(figure).to_have_value("1572")
