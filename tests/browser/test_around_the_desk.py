"""What is around the desk, in Chromium: comments, announcements, keys of one's own, counts of the writing."""

import pytest
from playwright.sync_api import expect

from annotation.models import Annotation, Comment, GuidelineSeen, Project, Skip, State
from cqia.accounts.models import User
from tests.browser.conftest import PATIENCE, Bench, at_the_end, press, see
from tests.cast import MakePair

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
expect.set_options(timeout=PATIENCE)


def test_a_comment_is_sent_by_the_key_that_else_submits(bench: Bench, make_pair: MakePair) -> None:
    make_pair("问", "答", state=State.QUEUED)
    page = bench()
    see(page, "问")
    press(page, "c")
    page.locator("#comments textarea").fill("出处是哪里？")
    press(page, "Control+Enter")
    expect(page.locator("#comments .comment")).to_contain_text("出处是哪里？")
    assert Comment.objects.get().text == "出处是哪里？"
    assert not Annotation.objects.exists()
    see(page, "问")


def test_what_was_read_is_announced_no_more_on_the_pair_that_was_fetched_before(
    bench: Bench, make_pair: MakePair, project: Project
) -> None:
    project.guidelines.create(version=1, text="写清楚")
    make_pair("一问", "甲", state=State.QUEUED)
    make_pair("二问", "乙", state=State.QUEUED)
    page = bench()
    expect(page.get_by_text("Guideline v1 is new to you.")).to_be_visible()
    page.wait_for_load_state("networkidle")  # the next pair is here
    page.get_by_role("button", name="I have read it").click()
    expect(page.locator("[data-announced]")).to_have_count(0)
    press(page, "a")
    see(page, "二问")
    expect(page.locator("[data-announced]")).to_have_count(0)
    assert GuidelineSeen.objects.get().version == 1


def test_the_desk_listens_to_one_s_own_keys(
    bench: Bench, make_pair: MakePair, annotator: User
) -> None:
    User.objects.filter(pk=annotator.pk).update(keys={"skip": "x", "submit": "ctrl+m"})
    make_pair("一问", "甲", state=State.QUEUED)
    make_pair("二问", "乙", state=State.QUEUED)
    page = bench()
    see(page, "一问")
    press(page, "s")  # means nothing now
    press(page, "x", "1")
    see(page, "二问")
    assert Skip.objects.get().pair.instruction == "一问"
    press(page, "e", "Control+End")
    page.keyboard.type("!")
    press(page, "Control+m")
    expect(page.get_by_text("Only skipped pairs are left")).to_be_visible()
    assert Annotation.objects.get().verb == "rewrite"


def test_the_counts_of_the_writing_go_with_the_decision(bench: Bench, make_pair: MakePair) -> None:
    make_pair("问", "一个回答。", state=State.QUEUED)
    page = bench()
    see(page, "问")
    press(page, "e", "Control+a", "Control+c", "Control+End", "Control+v")
    page.keyboard.type("ok")
    chrome = page.context.new_cdp_session(page)
    chrome.send("Input.imeSetComposition", {"text": "hao", "selectionStart": 3, "selectionEnd": 3})
    chrome.send("Input.insertText", {"text": "好的"})
    page.wait_for_timeout(2_000)
    press(page, "Control+Enter")
    page.wait_for_timeout(500)
    press(page, "Control+Enter")  # where a hint asks to look again
    at_the_end(page)
    annotation = Annotation.objects.get()
    assert annotation.writing == {"typed": 2, "pasted": 5, "composed": 2}
    assert annotation.active_seconds is not None
    assert 1 <= annotation.active_seconds <= annotation.seconds
