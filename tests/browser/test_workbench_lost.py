"""What goes wrong between a person and the server: nothing is sent twice, nothing is lost."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from annotation.models import Annotation, Claim, Draft, State
from cqia.accounts.models import User
from tests.browser.conftest import Bench, Sign, all_sent, at_the_end, press, see
from tests.cast import MakePair

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def decided() -> list[tuple[str, str]]:
    """Question and verb of each decision, in order."""
    found = Annotation.objects.order_by("id").values_list("pair__instruction", "verb")
    return list(found)


def test_the_next_pair_is_there_before_the_decision_is_sent(
    careless: Page, make_pair: MakePair
) -> None:
    for question in ("一问", "二问", "三问"):
        make_pair(question, "答", state=State.QUEUED)
    careless.reload()
    careless.wait_for_load_state("networkidle")
    see(careless, "一问")
    careless.context.set_offline(True)
    press(careless, "a")
    see(careless, "二问")
    expect(careless.locator("#waiting")).to_contain_text("1")
    assert decided() == []
    careless.context.set_offline(False)
    expect(careless.locator("#waiting")).to_be_hidden()
    press(careless, "a")
    see(careless, "三问")
    press(careless, "a")
    at_the_end(careless)
    assert decided() == [("一问", "accept"), ("二问", "accept"), ("三问", "accept")]


def test_what_was_decided_without_network_survives_the_page(
    careless: Page, make_pair: MakePair
) -> None:
    make_pair("一问", "答", state=State.QUEUED)
    make_pair("二问", "答", state=State.QUEUED)
    careless.reload()
    careless.wait_for_load_state("networkidle")
    see(careless, "一问")
    careless.route("**/submit", lambda route: route.abort())
    press(careless, "e", "Control+End")
    careless.keyboard.type("，没有网络时写的")
    press(careless, "Control+Enter")
    see(careless, "二问")
    careless.unroute("**/submit")
    careless.reload()  # as after a crash of the browser
    expect(careless.locator("#waiting")).to_be_hidden()
    see(careless, "二问")
    press(careless, "a")
    at_the_end(careless)
    assert decided() == [("一问", "rewrite"), ("二问", "accept")]
    response = Annotation.objects.earliest("id").response
    assert response is not None
    assert response.text == "答，没有网络时写的"


def test_a_minute_without_network_keeps_what_is_typed(careless: Page, make_pair: MakePair) -> None:
    make_pair("问", "答", state=State.QUEUED)
    careless.reload()
    see(careless, "问")
    careless.context.set_offline(True)
    careless.locator("#text").fill("没有网络")
    expect(careless.locator("#saved")).to_contain_text("Kept in this browser")
    assert not Draft.objects.exists()
    careless.context.set_offline(False)
    expect(careless.locator("#saved")).to_contain_text("Saved")
    assert Draft.objects.get().fields["text"] == "没有网络"


def test_a_double_click_decides_once(bench: Bench, make_pair: MakePair) -> None:
    for question in ("一问", "二问"):
        make_pair(question, "答", state=State.QUEUED)
    page = bench()
    page.wait_for_load_state("networkidle")
    see(page, "一问")
    page.wait_for_timeout(500)
    page.locator("#accept").dblclick()
    see(page, "二问")
    all_sent(page)
    assert decided() == [("一问", "accept")]


def test_a_key_that_is_held_decides_once(bench: Bench, make_pair: MakePair) -> None:
    for question in ("一问", "二问"):
        make_pair(question, "答", state=State.QUEUED)
    page = bench()
    see(page, "一问")
    for _ in range(5):
        page.keyboard.down("a")
    see(page, "二问")
    all_sent(page)
    assert decided() == [("一问", "accept")]


def test_the_back_button_shows_no_pair_to_decide_again(bench: Bench, make_pair: MakePair) -> None:
    for question in ("一问", "二问"):
        make_pair(question, "答", state=State.QUEUED)
    page = bench()
    see(page, "一问")
    press(page, "a")
    see(page, "二问")
    page.goto("/p/tea/guideline/")
    page.go_back()
    see(page, "二问")
    assert decided() == [("一问", "accept")]


def test_two_tabs_decide_once(bench: Bench, make_pair: MakePair) -> None:
    make_pair("一问", "答", state=State.QUEUED)
    page = bench()
    see(page, "一问")
    other = page.context.new_page()
    other.goto("/p/tea/annotate/")
    see(other, "一问")
    press(page, "a")
    at_the_end(page)
    expect(other.get_by_text("You decided on this pair in another tab")).to_be_visible()
    other.bring_to_front()
    press(other, "a")
    at_the_end(other)
    assert decided() == [("一问", "accept")]


def test_the_text_survives_the_end_of_the_session(
    careless: Page, sign_in: Sign, make_pair: MakePair
) -> None:
    make_pair("问", "答", state=State.QUEUED)
    careless.reload()
    see(careless, "问")
    kept = list(Session.objects.all())
    Session.objects.all().delete()
    careless.locator("#text").fill("写到一半，登录过期了")
    expect(careless.locator("#saved")).to_contain_text("sign in again")
    press(careless, "Control+Enter")
    assert not Annotation.objects.exists()
    Session.objects.bulk_create(kept)  # signed in again, in another tab
    sign_in(careless.context)
    careless.reload()
    at_the_end(careless)
    response = Annotation.objects.get().response
    assert response is not None
    assert response.text == "写到一半，登录过期了"


def test_a_lease_that_was_lost_gives_the_text_back(
    careless: Page, make_pair: MakePair, second_annotator: User, annotator: User
) -> None:
    pair = make_pair("问", "答", state=State.QUEUED)
    careless.reload()
    see(careless, "问")
    careless.locator("#text").fill("写了很久")
    expect(careless.locator("#saved")).to_contain_text("Saved")
    later = timezone.now() + timedelta(hours=1)
    Claim.objects.filter(pair=pair).update(holder=second_annotator, held_until=later)
    press(careless, "Control+Enter")
    expect(careless.locator("#said")).to_contain_text(re.compile("draft", re.I))
    expect(careless.locator("#text")).to_have_value("写了很久")
    assert not Annotation.objects.exists()
    assert Draft.objects.get(author=annotator).fields["text"] == "写了很久"


def test_another_machine_is_never_overwritten(
    bench: Bench, careless: Page, make_pair: MakePair
) -> None:
    """Both have begun from the same draft; the second to save is shown the other's text."""
    make_pair("问", "答", state=State.QUEUED)
    here = bench()
    careless.reload()
    see(here, "问")
    see(careless, "问")
    here.locator("#text").fill("这边写的")
    expect(here.locator("#saved")).to_contain_text("Saved")
    careless.locator("#text").fill("那边写的")
    expect(careless.locator("#said")).to_contain_text("You wrote two texts")
    expect(careless.locator("#text")).to_have_value("那边写的")
    assert Draft.objects.get().fields["text"] == "这边写的"


def test_a_wrong_clock_changes_nothing(bench: Bench, make_pair: MakePair) -> None:
    """The lease and the times of a draft are the server's, whatever this machine takes the time for."""
    make_pair("问", "答", state=State.QUEUED)
    page = bench()
    page.clock.install(time="2031-01-01T00:00:00")
    page.reload()
    see(page, "问")
    page.locator("#text").fill("时钟不准")
    page.clock.run_for(3_000)
    expect(page.locator("#saved")).to_contain_text("Saved")
    expect(page.locator("#said")).to_be_empty()
    press(page, "Control+Enter")
    page.clock.run_for(1_000)
    at_the_end(page)
    assert decided() == [("问", "rewrite")]
    assert abs(timezone.now() - Annotation.objects.get().created_at) < timedelta(minutes=5)


@pytest.mark.parametrize(
    "text",
    [
        "𠮷野家的𩸽和𡃁👩‍👩‍👧‍👦",
        "مرحبا‏ שלום‎ abc",
        "零\u200b宽\ufeff字\u2060符",
        "<script>alert(1)</script><b onclick=alert(1)>粗</b>",
        "长" * 200_000,
    ],
    ids=["emoji and rare Han", "right to left", "zero width", "HTML", "200,000 characters"],
)
def test_every_text_comes_back_as_it_was_typed(
    bench: Bench, make_pair: MakePair, text: str
) -> None:
    make_pair("问", "答", state=State.QUEUED)
    make_pair("末", "答", state=State.QUEUED)
    page = bench()
    see(page, "问")
    page.locator("#text").fill(text)
    expect(page.locator("#saved")).to_contain_text("Saved")
    press(page, "Escape", "p")
    page.wait_for_load_state("networkidle")
    page.reload()
    see(page, "问")
    assert page.locator("#text").input_value() == text
    page.keyboard.press("Control+Enter")
    if page.locator("#said").inner_text():  # a hint that wants one more press
        page.keyboard.press("Control+Enter")
    see(page, "末")
    page.wait_for_load_state("networkidle")
    response = Annotation.objects.get().response
    assert response is not None
    assert response.text == text
