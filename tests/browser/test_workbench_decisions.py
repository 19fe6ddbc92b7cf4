"""Each kind of decision in Chromium by the keyboard alone; one test, of dragging, has a mouse."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation import desk_forms, jobs, model_drafts, triage
from annotation.models import (
    Annotation,
    Endpoint,
    Mode,
    ModelDraft,
    Pair,
    Project,
    Response,
    Skip,
    State,
    Triage,
)
from cqia.accounts.models import User
from tests.browser.conftest import Bench, SitDown, at_the_end, press, see
from tests.cast import ClientOf, MakePair
from tests.fake_judge import FakeServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CLEAR = {"key": "clear", "zh": "清楚", "en": "Clear", "low": 1, "high": 5, "line": 3}
RIGHT = {"key": "right", "zh": "正确", "en": "Right", "low": 1, "high": 5, "line": None}


def ask(project: Project, lead: User, mode: Mode, **parts: Any) -> None:
    """Publish a form; reasons and tags are the built-in ones."""
    built_in = desk_forms.of_version(project.pk, None)
    words = [
        [{"key": one.key, "zh": one.zh, "en": one.en, "hint": one.hint} for one in several]
        for several in (built_in.reasons, built_in.tags)
    ]
    blank = {"reasons": words[0], "tags": words[1], "criteria": [], "fields": []}
    desk_forms.publish(project, lead, mode, blank | parts)


def last() -> Annotation:
    return Annotation.objects.select_related("response").latest("id")


def texts_of(tiers: list[list[int]]) -> list[list[str]]:
    texts = dict(Response.objects.values_list("id", "text"))
    return [sorted(texts[pk] for pk in tier) for tier in tiers]


def shown(page: Page) -> list[str]:
    """The answers as they stand on the page, by their numbers."""
    cards = page.locator("[data-answer]").all()
    by_number = {int(card.get_attribute("data-answer") or 0): card for card in cards}
    return [by_number[number].locator(".answer-text").inner_text() for number in sorted(by_number)]


def places(page: Page) -> list[str]:
    """The place of each answer, by their numbers."""
    selects = page.locator("select[name^=place-]").all()
    by_name = {select.get_attribute("name") or "": select for select in selects}
    return [by_name[f"place-{number}"].input_value() for number in range(1, len(selects) + 1)]


def focus_on(page: Page, selector: str, key: str = "Tab", most: int = 60) -> None:
    """Go there by the key alone."""
    for _ in range(most):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {selector}")


def test_accept(bench: Bench, make_pair: MakePair) -> None:
    pair = make_pair("一问", "甲", state=State.QUEUED)
    page = bench()
    see(page, "一问")
    press(page, "a")
    at_the_end(page)
    assert (last().verb, last().response_id) == ("accept", pair.responses.get().pk)


def test_rewrite_with_the_reason_for_the_change(bench: Bench, make_pair: MakePair) -> None:
    pair = make_pair("二问", "乙", state=State.QUEUED)
    page = bench()
    see(page, "二问")
    press(page, "e", "Control+End")
    page.keyboard.type("，aersd？1")  # letters are text here
    expect(page.locator("#figures")).to_contain_text("+")
    press(page, "Escape")
    focus_on(page, "[name=tag]")
    page.keyboard.type("Wording")
    press(page, "Control+Enter")
    at_the_end(page)
    response = last().response
    assert response is not None
    assert (last().verb, last().tag, response.text) == ("rewrite", "wording", "乙，aersd？1")
    assert response.parent == pair.responses.get(author=None)


def test_the_question_and_its_input_are_edited(bench: Bench, make_pair: MakePair) -> None:
    pair = make_pair("三问", "丙", state=State.QUEUED, input="入")
    page = bench()
    see(page, "三问")
    press(page, "i")
    focus_on(page, "[name=instruction]")
    press(page, "Control+End")
    page.keyboard.type("？")
    press(page, "Tab", "Control+End")
    page.keyboard.type("口")
    press(page, "Escape", "a")
    at_the_end(page)
    one = last()
    assert (one.verb, one.instruction, one.input) == ("rewrite", "三问？", "入口")
    assert one.response == pair.responses.get()
    assert Pair.objects.get().instruction == "三问"


def test_reject_with_two_reasons_and_a_note(bench: Bench, make_pair: MakePair) -> None:
    make_pair("四问", "丁", state=State.QUEUED)
    page = bench()
    see(page, "四问")
    press(page, "r", "3", "1", "n")
    page.keyboard.type("加了微信")
    press(page, "Control+Enter")
    at_the_end(page)
    assert (last().verb, sorted(last().reasons)) == ("reject", ["ad", "wrong"])
    assert (last().note, last().response) == ("加了微信", None)


def test_skip_with_a_reason(bench: Bench, make_pair: MakePair) -> None:
    make_pair("五问", "戊", state=State.QUEUED)
    page = bench()
    see(page, "五问")
    press(page, "s", "2")
    expect(page.locator(".desk-idle")).to_be_visible()
    skipped = Skip.objects.get()
    assert (skipped.pair.instruction, skipped.reason) == ("五问", "field")
    assert not Annotation.objects.exists()


@pytest.mark.parametrize("keys", ["123", "23=", "0"], ids=["order", "tie", "all bad"])
def test_rank_three_answers_by_digits(bench: Bench, make_pair: MakePair, keys: str) -> None:
    make_pair("六问", "子", "丑", "寅", state=State.QUEUED)
    page = bench()
    see(page, "六问")
    one, two, three = shown(page)
    press(page, *keys)
    if keys == "23=":
        press(page, "1")
    press(page, "Control+Enter")
    at_the_end(page)
    wanted = {"123": [[one], [two], [three]], "23=": [sorted([two, three]), [one]], "0": []}
    assert (texts_of(last().tiers), last().all_bad) == (wanted[keys], keys == "0")
    assert last().verb == "rank"
    assert [Response.objects.get(pk=pk).text for pk in last().shown] == [one, two, three]


def test_a_digit_pressed_again_takes_the_place_back(bench: Bench, make_pair: MakePair) -> None:
    make_pair("六问", "子", "丑", "寅", state=State.QUEUED)
    page = bench()
    see(page, "六问")
    press(page, "1", "3", "1")
    assert places(page) == ["", "", "1"]


def test_rank_five_cards_by_arrows_and_digits(bench: Bench, make_pair: MakePair) -> None:
    make_pair("七问", "子", "丑", "寅", "卯", "辰", state=State.QUEUED)
    page = bench()
    see(page, "七问")
    answers = shown(page)
    for place in "13245":  # the first card becomes the first, the second the third, …
        number = "13245".index(place)
        choose(page, number + 1)
        press(page, place)
    assert places(page) == ["1", "3", "2", "4", "5"]
    choose(page, 4)
    press(page, "Alt+ArrowUp", "Alt+ArrowUp")
    assert places(page) == ["1", "4", "3", "2", "5"]
    choose(page, 5)
    press(page, "=")
    wanted = places(page)
    assert wanted == ["1", "4", "3", "2", "4"]
    press(page, "Control+Enter")
    at_the_end(page)
    assert texts_of(last().tiers) == [
        sorted(text for text, at in zip(answers, wanted, strict=True) if at == place)
        for place in sorted(set(wanted))
    ]


def choose(page: Page, number: int) -> None:
    """Go to the card of this number by the arrows, wherever it stands now."""
    card = f"[data-answer='{number}'][aria-current]"
    for key in ["ArrowUp"] * 9 + ["ArrowDown"] * 9:
        if page.locator(card).count():
            return
        press(page, key)
    assert page.locator(card).count(), f"no arrow leads to card {number}"


def test_a_card_dragged_onto_another_takes_its_place(bench: Bench, make_pair: MakePair) -> None:
    """The only test here that has a mouse."""
    make_pair("七问", "子", "丑", "寅", "卯", state=State.QUEUED)
    page = bench()
    see(page, "七问")
    for number in range(1, 5):
        choose(page, number)
        press(page, str(number))
    page.drag_and_drop("[data-answer='3'] [data-drag]", "[data-answer='1']")
    assert places(page) == ["2", "3", "1", "4"]


def test_rank_eight_cards_by_best_and_worst(bench: Bench, make_pair: MakePair) -> None:
    make_pair("八问", *"子丑寅卯辰巳午未", state=State.QUEUED)
    page = bench()
    see(page, "八问")
    answers = shown(page)
    for number, key in ((3, "b"), (5, "w"), (1, "b"), (8, "w"), (2, "b"), (7, "w"), (4, "b")):
        choose(page, number)
        press(page, key)
    press(page, "Control+Enter")  # the last has the place that is left
    at_the_end(page)
    order = [3, 1, 2, 4, 6, 7, 8, 5]
    assert texts_of(last().tiers) == [[answers[number - 1]] for number in order]


@pytest.fixture
def picking(project: Project, lead: User) -> None:
    ask(project, lead, Mode.PICK, criteria=[CLEAR, RIGHT])


@pytest.mark.usefixtures("picking")
def test_pick_the_best_of_three_and_score_it(bench: Bench, make_pair: MakePair) -> None:
    make_pair("九问", "子", "丑", "寅", state=State.QUEUED)
    page = bench()
    see(page, "九问")
    best = shown(page)[1]
    press(page, "2", "4", "5", "Control+Enter")
    at_the_end(page)
    response = last().response
    assert response is not None
    assert (last().verb, response.text, last().ratings) == ("pick", best, {"clear": 4, "right": 5})


@pytest.mark.usefixtures("picking")
def test_what_is_rated_below_the_line_must_be_rewritten(bench: Bench, make_pair: MakePair) -> None:
    make_pair("九问", "子", "丑", "寅", state=State.QUEUED)
    page = bench()
    see(page, "九问")
    best = shown(page)[2]
    press(page, "3", "2", "5", "Control+Enter")
    expect(page.locator("#said")).to_contain_text("must be rewritten")
    assert not Annotation.objects.exists()
    press(page, "e", "Control+End")
    page.keyboard.type("更好")
    press(page, "Control+Enter")
    at_the_end(page)
    response = last().response
    assert response is not None
    assert response.parent is not None
    assert (last().verb, response.text, response.parent.text) == ("rewrite", f"{best}更好", best)
    assert last().ratings == {"clear": 2, "right": 5}


def test_the_flaw_is_stated_first(
    bench: Bench, make_pair: MakePair, project: Project, lead: User
) -> None:
    ask(project, lead, Mode.FLAW)
    make_pair("十问", "错的", state=State.QUEUED)
    page = bench()
    see(page, "十问")
    press(page, "e", "Control+a")
    page.keyboard.type("对的")
    press(page, "Control+Enter")
    expect(page.locator("#said")).to_contain_text("Say what is wrong with the answer")
    press(page, "Escape", "f")
    page.keyboard.type("年代错了")
    press(page, "Control+Enter")
    at_the_end(page)
    response = last().response
    assert response is not None
    assert (last().verb, last().flaw, response.text) == ("rewrite", "年代错了", "对的")


def test_a_model_drafts_what_the_annotator_checks(
    bench: Bench, make_pair: MakePair, project: Project, lead: User
) -> None:
    ask(project, lead, Mode.FLAW)
    model = FakeServer()
    model.script = lambda payload: (200, "宋朝建于九六〇年。")
    Endpoint.objects.create(project=project, name="m", base_url=model.url, model="writer")
    make_pair("宋朝哪年建立？", "八六〇年。", state=State.QUEUED)
    page = bench()
    see(page, "宋朝哪年建立？")
    press(page, "f")
    page.keyboard.type("年代错了")
    press(page, "Escape", "m")
    expect(page.locator("#model-draft")).to_contain_text("The model is drafting")
    jobs.run(ModelDraft.objects.get().job_id, model_drafts.run)
    model.stop()
    expect(page.locator("#model-draft")).to_contain_text("宋朝建于九六〇年。")
    page.wait_for_load_state("networkidle")
    focus_on(page, "#model-draft button")
    press(page, "Enter")
    expect(page.locator("#text")).to_have_value("宋朝建于九六〇年。")
    see(page, "宋朝哪年建立？")
    press(page, "e", "Control+End")
    page.keyboard.type("定都开封。")
    press(page, "Control+Enter")
    at_the_end(page)
    response = last().response
    assert response is not None
    assert (response.text, last().flaw) == ("宋朝建于九六〇年。定都开封。", "年代错了")
    assert ModelDraft.objects.get().response == response


def test_scales_and_free_fields_under_a_condition(
    bench: Bench, make_pair: MakePair, project: Project, lead: User
) -> None:
    kind = {"key": "kind", "zh": "题型", "en": "Kind", "kind": "choice", "required": True}
    kind["options"] = [{"key": "open", "en": "Open"}, {"key": "closed", "en": "Closed"}]
    why = {"key": "why", "zh": "理由", "en": "Why", "kind": "text", "required": True}
    why["when"] = {"name": "kind", "values": ["closed"]}
    ask(project, lead, Mode.DECIDE, criteria=[CLEAR], fields=[kind, why])
    make_pair("十一问", "答", state=State.QUEUED)
    page = bench()
    see(page, "十一问")
    press(page, "4")
    expect(page.locator("[name=field-why]")).to_be_hidden()
    press(page, "a")
    expect(page.locator("#said")).to_contain_text("Kind")
    assert not Annotation.objects.exists()
    focus_on(page, "[name=field-kind]")
    press(page, " ", "ArrowDown")
    focus_on(page, "[name=field-why]")
    page.keyboard.type("只有一个答案")
    press(page, "Escape", "a")
    at_the_end(page)
    assert (last().verb, last().ratings) == ("accept", {"clear": 4})
    assert last().fields == {"kind": "closed", "why": "只有一个答案"}


def test_the_last_submit_is_taken_back(bench: Bench, make_pair: MakePair) -> None:
    first = make_pair("十二问", "甲", state=State.QUEUED)
    make_pair("十三问", "乙", state=State.QUEUED)
    page = bench()
    see(page, "十二问")
    press(page, "e", "Control+End")
    page.keyboard.type("改")
    press(page, "Control+Enter")
    see(page, "十三问")
    expect(page.locator("#undo")).to_be_visible()
    press(page, "u")
    see(page, "十二问")
    expect(page.locator("#text")).to_have_value("甲改")
    assert not Annotation.objects.exists()
    assert Pair.objects.get(pk=first.pk).state == State.QUEUED
    assert first.responses.count() == 1
    press(page, "Control+Enter")
    see(page, "十三问")
    press(page, "a")
    at_the_end(page)
    assert list(Annotation.objects.order_by("id").values_list("verb", flat=True)) == [
        "rewrite",
        "accept",
    ]


def test_a_decision_is_mended_until_it_is_reviewed(bench: Bench, make_pair: MakePair) -> None:
    make_pair("十四问", "甲", state=State.QUEUED)
    page = bench()
    see(page, "十四问")
    press(page, "a")
    at_the_end(page)
    page.goto(f"/p/tea/annotate/mine/{last().pk}/")
    see(page, "十四问")
    press(page, "r", "2", "Control+Enter")
    expect(page.locator("#desk .instruction")).to_have_count(0)
    verbs = Annotation.objects.order_by("id").values_list("verb", "claim")
    claim = last().claim_id
    assert list(verbs) == [("accept", claim), ("reject", claim)]
    assert last().reasons == ["off_topic"]


def test_a_whole_source_is_dropped_from_a_sample(
    live_server: LiveServer, sit_down: SitDown, lead: User, client_of: ClientOf, make_pair: MakePair
) -> None:
    pairs = [make_pair(f"第{number}问", "广告", state=State.QUEUED) for number in range(3)]
    page = sit_down(live_server.url)
    cookie = client_of(lead).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.goto("/p/tea/triage/")
    focus_on(page, f"a[href='/p/tea/triage/{pairs[0].source_id}/']")
    press(page, "Enter")
    expect(page.locator(".sample article")).to_have_count(3)
    focus_on(page, "#reason")
    page.keyboard.type("Advert")
    focus_on(page, "button[value=drop]")
    press(page, "Enter")
    expect(page.get_by_text("Decided.")).to_be_visible()
    decided = Triage.objects.get()
    assert decided.job is not None
    jobs.run(decided.job.pk, triage.run)
    assert set(Pair.objects.values_list("state", flat=True)) == {State.REJECTED}
    assert len(decided.sample) == 3
