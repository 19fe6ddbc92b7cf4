"""Thirty pairs of real files decided in Chromium, by keyboard."""

from collections import Counter

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SitDown
from tests.browser.test_story_browser import painted, signed_in, submitted
from tests.live import Installation, eventually
from tests.test_real_data import CQIA, DATA, DECIDED

pytestmark = [
    pytest.mark.browser,
    pytest.mark.realdata,
    pytest.mark.skipif(not DATA.is_dir(), reason="CQIA_REAL_DATA names no folder with real data"),
]
SLUG = "real"
COUNTS = (
    "SELECT annotation.verb, count(*) FROM annotation_annotation annotation"
    " JOIN annotation_pair pair ON pair.id = annotation.pair_id"
    " JOIN annotation_project project ON project.id = pair.project_id"
    " WHERE project.slug = %s GROUP BY 1"
)


def test_thirty_real_pairs_are_decided_by_keyboard(live: Installation, sit_down: SitDown) -> None:
    tokens = live.make_project(SLUG, mei="lead", an="annotator")
    come_in(live, tokens["mei"])
    page = signed_in(sit_down(live.url), "an").page
    page.goto(f"/p/{SLUG}/annotate/")
    painted(page)
    for number in range(DECIDED):
        expect(page.locator("article.instruction")).to_be_visible()
        if number % 3 == 0:
            submitted(page, "a")
        elif number % 3 == 1:
            page.keyboard.press("e")
            page.keyboard.press("Control+End")
            page.keyboard.insert_text("以上内容经过核对。")
            submitted(page, "Control+Enter")
        else:
            page.keyboard.press("r")
            page.keyboard.press("5")
            submitted(page, "Control+Enter")
    assert Counter(dict(live.rows(COUNTS, SLUG))) == {"accept": 10, "rewrite": 10, "reject": 10}
    print(f"\n{DECIDED} pairs: {live.rows(COUNTS, SLUG)}")


def come_in(live: Installation, token: str) -> None:
    """Upload the eight files and wait until some pairs have passed the checks."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{live.url}/api/projects/{SLUG}/", headers=headers) as lead:
        for name in CQIA:
            file = DATA / f"candidates_cqia_{name}.jsonl"
            fields = {"source": name, "recipe": "cqia", "licence": "research only"}
            with file.open("rb") as content:
                answer = lead.post("imports", data=fields, files={"file": content}, timeout=60)
            assert answer.status_code == 201, answer.text
    live_jobs = (
        "SELECT count(*) FROM annotation_job job JOIN annotation_project project"
        " ON project.id = job.project_id WHERE project.slug = %s"
        " AND state IN ('waiting', 'running', 'paused')"
    )
    eventually(lambda: live.one(live_jobs, SLUG) == 0, 180)
