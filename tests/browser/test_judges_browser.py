"""The page of judges in Chromium: wide and narrow, light and dark, readable by all."""

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from annotation.models import Endpoint, Job
from cqia.accounts.models import User
from evaluation import campaigns
from evaluation.models import Campaign, JudgeRun, JudgeVerdict
from tests.ballots import cast_all, make_people
from tests.browser.conftest import SitDown
from tests.browser.test_board_browser import assert_everybody_can_read
from tests.cast import ClientOf
from tests.poll import MakePoll

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STRENGTHS = {"甲-tuned-7B": 0.9, "yak-tuned": 0.7, "base": 0.0}


@pytest.fixture
def judged(make_poll: MakePoll, lead: User) -> Campaign:
    """A closed campaign that a judge has read, changing its mind with the order now and then."""
    campaign = make_poll(prompts=12, votes=2, names=tuple(STRENGTHS))
    cast_all(campaign, make_people(5), STRENGTHS)
    campaigns.close(campaign, lead)
    endpoint = Endpoint.objects.create(
        project=campaign.project, name="box", base_url="http://127.0.0.1:9/v1", model="qwen3-32b"
    )
    job = Job.objects.create(
        project=campaign.project, task="evaluation.judge", queue="gpu", state="done",
        finished_at=timezone.now(), done=72, total=72,
    )  # fmt: skip
    run = JudgeRun.objects.create(
        campaign=campaign, endpoint=endpoint, judge=endpoint.model, job=job, created_by=lead
    )
    JudgeVerdict.objects.bulk_create(
        JudgeVerdict(
            run=run,
            matchup=matchup,
            swapped=swapped,
            better="second" if number % 4 == 3 or (swapped and number % 5 == 2) else "first",
        )
        for number, matchup in enumerate(campaign.matchups.filter(kind="real").order_by("pk"))
        for swapped in (False, True)
    )
    return campaign


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_judge_is_read_beside_people(
    judged: Campaign,
    live_server: LiveServer,
    lead: User,
    client_of: ClientOf,
    sit_down: SitDown,
    width: int,
    scheme: str,
) -> None:
    cookie = client_of(lead).cookies[settings.SESSION_COOKIE_NAME].value
    page = sit_down(live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.goto(f"/p/tea/evaluate/{judged.pk}/")
    page.get_by_role("link", name="Judges", exact=True).click()
    expect(page.get_by_role("heading", name="qwen3-32b")).to_be_visible()
    assert_everybody_can_read(page)
