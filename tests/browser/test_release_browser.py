"""A lead reads a release, finds one of its rows, withdraws it, and is led to what stands in for it."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation import jobs
from annotation.models import Job
from cqia.accounts.models import User
from review import patching, retractions
from review.models import Release, Retraction
from tests.browser.conftest import SitDown
from tests.cast import ClientOf, MakeAnnotated, MakeRelease

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def release(make_annotated: MakeAnnotated, make_release: MakeRelease) -> Release:
    return make_release([make_annotated(f"答案之{number}。") for number in "甲乙丙"])


@pytest.fixture
def page(
    release: Release, live_server: LiveServer, lead: User, client_of: ClientOf, sit_down: SitDown
) -> Page:
    """The lead, on a phone, at the page of the release."""
    page = sit_down(live_server.url, viewport={"width": 390, "height": 844})
    cookie = client_of(lead).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.goto(f"/p/tea/releases/{release.number}/")
    return page


def carry_out(retraction: Retraction) -> None:
    """What workers would do."""
    jobs.run(retraction.job_id, retractions.carry_out)
    for job in Job.objects.live().filter(task=retractions.PATCH_TASK):
        jobs.run(job.pk, patching.build)


def test_a_row_is_found_and_withdrawn_and_the_release_says_so(page: Page) -> None:
    page.get_by_role("link", name="All rows").click()
    page.get_by_label("Its number, or its digest").fill("2")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("答案之乙。")).to_be_visible()
    page.get_by_role("link", name="Withdraw it").click()
    page.get_by_label("What happened").fill("作者来信")
    page.get_by_role("button", name="Withdraw 1 row").click()
    page.wait_for_url(re.compile(r"/retractions/\d+/$"))
    carry_out(Retraction.objects.get())
    page.reload()
    page.get_by_role("link", name="1.0.0").click()
    expect(page.get_by_text("This release is withdrawn.")).to_be_visible()
    page.locator("header").get_by_role("link", name="Release 1.0.1").click()
    page.get_by_role("link", name="All rows").click()
    expect(page.locator(".frozen > li")).to_have_count(2)
    expect(page.get_by_text("答案之乙。")).to_have_count(0)


def test_no_page_of_a_release_is_wider_than_a_phone(page: Page) -> None:
    """And the tab of the page that is shown is in sight."""
    tabs = page.locator("main .tabs a")
    addresses = [tabs.nth(place).get_attribute("href") or "" for place in range(tabs.count())]
    assert len(addresses) == 9
    for address in addresses:
        page.goto(address, wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        expect(page.locator("main .tabs [aria-current]")).to_be_in_viewport(ratio=0.9)
