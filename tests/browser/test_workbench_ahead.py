"""The next pair at once, the last one back, and all of it without a script, in Chromium."""

import re

import pytest
from playwright.sync_api import Page, expect

from annotation.models import Annotation, Claim, Draft, State
from cqia.accounts.models import User
from tests.browser.conftest import PATIENCE, Bench, press, see
from tests.cast import MakePair

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
expect.set_options(timeout=PATIENCE)


@pytest.fixture
def three(make_pair: MakePair) -> None:
    for number in "一二三":
        make_pair(f"{number}问", "答", state=State.QUEUED)


def prefetched(page: Page) -> None:
    """Wait until the pair after the one on the page is held for it."""
    held = Claim.objects.exclude(holder=None).filter(done_at=None)
    for _ in range(200):
        if held.count() == 2:
            return page.wait_for_timeout(100)  # its answer is on the way
        page.wait_for_timeout(50)
    raise AssertionError("nothing was fetched ahead")


def settled(page: Page) -> None:
    """Wait until nothing is on its way to the server."""
    page.wait_for_function(
        "() => !Object.keys(localStorage).some((key) => key.startsWith('cqia-send'))"
    )


def test_it_shows_the_next_pair_before_the_server_knows(bench: Bench, three: None) -> None:
    page = bench()
    see(page, "一问")
    prefetched(page)
    took = page.evaluate(
        """() => { const began = performance.now();
        document.querySelector("#accept").click();
        document.querySelector(".instruction").getBoundingClientRect();
        return [document.querySelector(".instruction").textContent.trim(), performance.now() - began]; }"""
    )
    assert took[0] == "二问"
    assert took[1] < 100  # ms
    settled(page)
    assert Annotation.objects.get().pair.instruction == "一问"


def test_it_brings_back_what_the_server_refused(
    careless: Page, three: None, second_annotator: User
) -> None:
    careless.reload()
    see(careless, "一问")
    prefetched(careless)
    Claim.objects.filter(pair__instruction="一问").update(holder=second_annotator)
    press(careless, "e", "Control+End")
    careless.keyboard.type("，改")
    press(careless, "Control+Enter")
    expect(careless.locator("#said")).to_contain_text("your text is kept as a draft")
    see(careless, "一问")
    expect(careless.locator("#text")).to_have_value("答，改")
    assert Draft.objects.get().fields["text"] == "答，改"


def test_it_undoes_the_last_submit(bench: Bench, three: None) -> None:
    page = bench()
    see(page, "一问")
    prefetched(page)
    press(page, "e", "Control+End")
    page.keyboard.type("，改")
    press(page, "Control+Enter")
    see(page, "二问")
    settled(page)
    expect(page.locator("#undo")).to_be_visible()
    press(page, "u")
    see(page, "一问")
    expect(page.locator("#text")).to_have_value("答，改")
    assert not Annotation.objects.exists()
    press(page, "Control+Enter")
    see(page, "二问")
    settled(page)
    assert Annotation.objects.get().verb == "rewrite"


def test_it_takes_back_what_was_not_sent_yet(careless: Page, three: None) -> None:
    careless.reload()
    see(careless, "一问")
    prefetched(careless)
    careless.context.set_offline(True)
    press(careless, "a")
    see(careless, "二问")
    press(careless, "u")
    see(careless, "一问")
    expect(careless.locator("#waiting")).to_be_hidden()
    careless.context.set_offline(False)
    press(careless, "a")
    see(careless, "二问")
    settled(careless)
    assert Annotation.objects.count() == 1


def test_two_machines_keep_both_texts(careless: Page, bench: Bench, three: None) -> None:
    careless.reload()
    see(careless, "一问")
    page = bench()
    page.locator("#text").fill("这里写的")
    expect(page.locator("#saved")).to_have_text(re.compile("Saved"))
    careless.locator("#text").fill("那里写的")
    expect(careless.locator("#said")).to_contain_text("You wrote two texts for this pair")
    careless.get_by_role("button", name="Keep both, one below the other").click()
    expect(careless.locator("#text")).to_have_value(re.compile("这里写的"))
    expect(careless.locator("#text")).to_have_value(re.compile("那里写的"))


def test_it_works_as_plain_forms(bench: Bench, three: None) -> None:
    page = bench(java_script_enabled=False)
    page.locator("#text").fill("没有脚本")
    page.get_by_role("button", name="Submit rewrite").click()
    expect(page.locator(".instruction")).to_have_text("二问")
    page.locator("#reject > summary").click()
    page.get_by_text("Off topic").click()
    page.get_by_role("button", name="Reject the pair").click()
    expect(page.locator(".instruction")).to_have_text("三问")
    page.locator("#skip > summary").click()
    page.get_by_role("button", name="Unclear").click()
    expect(page.get_by_text("Only skipped pairs are left")).to_be_visible()
    verbs = list(Annotation.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["rewrite", "reject"]
