"""The whole chain in Chromium: five people take a raw file to a release and a ranking."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE, SitDown, all_sent
from tests.live import Installation, password_of

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE)

SLUG = "teahouse"
GOOD = {
    "为什么绿茶不宜用沸水冲泡？": "绿茶未经发酵，叶片细嫩，沸水会把叶片烫熟，使茶汤发黄发苦。",
    "泡红茶用多少度的水合适？": "红茶用九十五度上下的水冲泡为宜，能把香气和滋味充分浸出来。",
    "普洱茶要不要洗茶？": "第一泡一般倒掉，既能冲去浮尘，也能让压紧的茶叶醒过来。",
    "盖碗由哪几部分组成？": "盖碗由碗盖、碗身和碗托三部分组成，民间也叫它三才碗。",
    "茶叶受潮了还能喝吗？": "只是轻微受潮可以低温烘干再喝，已经发霉的就应当扔掉。",
    "白茶为什么要存放几年？": "白茶存放时多酚缓慢氧化，青气散去，滋味会更醇厚甘甜。",
    "龙井茶产在哪里？": "龙井茶产于浙江杭州一带，以狮峰、龙井、云栖、虎跑等地最有名。",
    "乌龙茶属于哪一类茶？": "乌龙茶属于半发酵的青茶，香气介于绿茶和红茶之间，耐冲泡。",
    "喝茶影响睡眠吗？": "茶里的咖啡碱使人兴奋，睡前四个小时之内最好不要喝浓茶。",
    "紫砂壶怎样开壶？": "先用清水把壶洗净，再放进茶叶以文火慢煮半个小时，自然晾干即可。",
}
AD = "怎样买到便宜的好茶？"
SHORT = "什么是茶艺？"
ENGLISH = "Where does tea come from?"
DROPPED = {
    AD: "Advertisement and contact details",
    SHORT: "Answer length",
    ENGLISH: "Share of Chinese",
    next(iter(GOOD)): "Exact duplicate",
}
MENDED = "红茶用九十五度上下的水冲泡为宜，能把香气和滋味充分浸出来，又不至于苦涩。"
FIXED = "第一泡的水一般倒掉，好让压紧的茶叶醒过来；存放得干净的茶也可以不洗。"
REMARK = "请说明为什么四个小时之内不要喝。"
ANSWERED = "咖啡碱在体内减半约要四个小时，所以睡前四小时之内最好不要喝浓茶。"


@dataclass
class Person:
    page: Page
    name: str

    def go(self, path: str) -> Page:
        self.page.goto(f"/p/{SLUG}/{path}")
        painted(self.page)
        return self.page


def painted(page: Page) -> None:
    """Wait for the first picture of a page: Chromium drops keys that nobody can have meant for it."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


@dataclass
class Five:
    """Lead, annotator, reviewer and two evaluators, each at a browser of their own."""

    lead: Person
    annotator: Person
    reviewer: Person
    evaluators: tuple[Person, Person]


@pytest.fixture
def five(live: Installation, sit_down: SitDown) -> Five:
    roles = {
        "mei": "lead",
        "an": "annotator",
        "ren": "reviewer",
        "yi": "evaluator",
        "er": "evaluator",
    }
    live.make_project(SLUG, **roles)
    mei, an, ren, yi, er = (signed_in(sit_down(live.url), name) for name in roles)
    return Five(mei, an, ren, (yi, er))


def signed_in(page: Page, name: str) -> Person:
    page.goto("/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password_of(name))
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".menu summary")).to_contain_text(name)
    return Person(page, name)


def test_five_people_take_a_raw_file_to_a_ranking(five: Five, tmp_path: Path) -> None:
    imported(five.lead, raw_file(tmp_path))
    restored(five.lead)
    decided(five.annotator)
    reviewed(five.reviewer)
    mended(five.annotator)
    approved(five.reviewer)
    frozen(five.lead)
    in_chinese_and_back(five.lead)
    compared(five.lead, tmp_path)
    for evaluator in five.evaluators:
        voted(evaluator)
    ranked(five)


# The lead brings a file in


def raw_file(place: Path) -> Path:
    rows = [
        *GOOD.items(),
        (AD, "加微信 chaye-000 领取优惠，扫码进群，名额有限，先到先得，错过不再有！"),
    ]
    rows += [
        (SHORT, "茶"),
        (ENGLISH, "Tea comes from the leaves of an evergreen shrub of East Asia."),
    ]
    lines = [row(question, answer) for question, answer in rows]
    broken = '{"instruction": "这一行没有写完'
    file = place / "茶馆.jsonl"
    file.write_text("\n".join([*lines[:3], broken, *lines[3:], lines[0]]), encoding="utf-8")
    return file


def row(question: str, answer: str) -> str:
    return json.dumps({"instruction": question, "input": "", "output": answer}, ensure_ascii=False)


def imported(lead: Person, file: Path) -> None:
    """Fourteen rows come in, one of them twice; the broken line does not."""
    page = lead.go("sources/import")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("combobox", name="Source").fill("茶馆问答")
    page.get_by_label("Recipe").select_option("alpaca")
    page.get_by_label("Licence").fill("CC-BY-4.0")
    page.get_by_role("button", name="Import", exact=True).click()
    finished(page)
    expect(page.locator(".stat")).to_have_text(["14added", "0already here", "1refused"])
    expect(page.locator("#issues tbody tr td.num")).to_have_text("4")


def finished(page: Page) -> None:
    """Watch the progress of the job on the page to its end."""
    expect(page.locator(".job [role=status]").first).to_have_text("done")
    expect(page.locator(".job progress").first).to_have_attribute("value", "100")


def settled(page: Page) -> None:
    """Wait until no job on the page lives: it asks for news by itself, and only while it does."""
    expect(page.locator(".job[hx-get]")).to_have_count(0)
    page.reload()


def restored(lead: Person) -> None:
    """Read the funnel and the reasons of the drops, and overrule one."""
    page = lead.go("prefilter/")
    expect(page.locator("#figures .stat")).to_have_text(["14came in", "4dropped", "10passed"])
    drawn(page)
    page = lead.go("prefilter/dropped/")
    for question, check in DROPPED.items():
        drop = page.locator(".drop").filter(has_text=question)
        expect(drop.locator(".drop-reason .tag").first).to_have_text(check)
    expect(page.locator(".drop")).to_have_count(len(DROPPED))
    page.locator(".drop", has_text=SHORT).get_by_role("button", name="Restore").click()
    lead.go("prefilter/dropped/")
    expect(page.locator(".drop")).to_have_count(len(DROPPED) - 1)
    expect(page.get_by_text(SHORT)).to_have_count(0)


def drawn(page: Page) -> None:
    """Every plot that is shown has come as a picture."""
    for plot in page.locator("figure.chart img:visible").all():
        plot.scroll_into_view_if_needed()
        expect(plot).to_have_js_property("complete", True)
        assert plot.evaluate("image => image.naturalWidth") > 0


# The annotator never touches the mouse


def decided(annotator: Person) -> None:
    """Rewrite the second, reject the fifth, accept the others, by keyboard alone."""
    page = annotator.go("annotate/")
    for number in range(1, 12):
        shown = page.locator("article.instruction").inner_text().strip()
        assert shown in (*GOOD, SHORT)
        if number == 2:
            page.keyboard.press("e")
            page.keyboard.press("Control+a")
            compose(page, MENDED)
            submitted(page, "Control+Enter")
        elif number == 5:
            page.keyboard.press("r")
            page.keyboard.press("1")
            submitted(page, "Control+Enter")
        else:
            submitted(page, "a")
    expect(page.get_by_text("Everything is annotated")).to_be_visible()


def compose(page: Page, text: str) -> None:
    """Type through an input method: its Enter takes the candidate and submits nothing."""
    before = page.locator("#desk").get_attribute("action")
    keyboard = page.context.new_cdp_session(page)
    for spelt in ("y", "yong", "yong'jiu'shi"):
        keyboard.send(
            "Input.imeSetComposition",
            {"text": spelt, "selectionStart": len(spelt), "selectionEnd": len(spelt)},
        )
    for key in ("rawKeyDown", "keyUp"):  # what an input method lets the page see of Enter
        event = {"type": key, "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
        keyboard.send("Input.dispatchKeyEvent", {**event, "modifiers": 2})
    keyboard.send("Input.insertText", {"text": text})
    expect(page.locator("#text")).to_have_value(text)
    expect(page.locator("#difference ins").first).to_be_visible()
    assert page.locator("#desk").get_attribute("action") == before


def submitted(page: Page, key: str) -> None:
    """Press the key that decides, and wait for the next pair, or for the end, and for the server."""
    page.wait_for_selector("#desk:not([data-fresh])")
    before = page.locator("#desk").get_attribute("action")
    page.keyboard.press(key)
    page.wait_for_function(
        """before => {
            const desk = document.querySelector("#desk:not([data-fresh])");
            // Until it has settled, the page may still move the focus.
            return desk && desk.getAttribute("action") !== before && !desk.matches(".htmx-settling");
        }""",
        arg=before,
    )
    all_sent(page)


# The reviewer


def reviewed(reviewer: Person) -> None:
    """Send one back, fix one, approve the rewrite and the rest, agree to the rejection."""
    page = reviewer.go("review/")
    for _ in range(11):
        question = page.locator("article.prose").first.inner_text()
        if "喝茶影响睡眠吗" in question:
            page.keyboard.press("q")
            page.locator("#remark").fill(REMARK)
            judged(page, "Control+Enter")
        elif "普洱茶要不要洗茶" in question:
            page.keyboard.press("f")
            page.locator("#fix-text").fill(FIXED)
            judged(page, "Control+Enter")
        else:
            if "泡红茶" in question:
                expect(page.locator(".diff ins").first).to_be_visible()
            judged(page, "a")
    expect(page.get_by_text("Nothing waits for review")).to_be_visible()


def judged(page: Page, key: str) -> None:
    before = page.url
    page.keyboard.press(key)
    page.wait_for_url(lambda url: url != before and not url.endswith("decide"))
    painted(page)


def mended(annotator: Person) -> None:
    page = annotator.go("annotate/")
    expect(page.get_by_text(REMARK)).to_be_visible()
    page.keyboard.press("e")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(ANSWERED)
    submitted(page, "Control+Enter")


def approved(reviewer: Person) -> None:
    page = reviewer.go("review/")
    expect(page.locator(".prose").filter(has_text=ANSWERED).first).to_be_visible()
    judged(page, "a")
    expect(page.get_by_text("Nothing waits for review")).to_be_visible()


# The release


def frozen(lead: Person) -> None:
    """Ten pairs are approved; the file that comes down has the sum that the page shows."""
    page = lead.go("releases/")
    page.get_by_label("Summary").fill("茶馆问答第一版")
    with page.expect_navigation():
        page.get_by_role("button", name="Freeze 10 approved pairs").click()
    settled(page)
    drawn(lead.go("releases/1/"))
    page = lead.go("releases/1/files/")
    for name in ("cqia", "alpaca", "sharegpt"):
        link = page.get_by_role("link", name=re.compile(rf"^data.{name}.*train.*\.jsonl$")).first
        with page.expect_download() as coming:
            link.click()
        content = coming.value.path().read_bytes()
        shown = page.get_by_role("row").filter(has=link).locator(".hash").inner_text()
        assert hashlib.sha256(content).hexdigest() == shown
        if name == "cqia":
            texts = {line["output"] for line in map(json.loads, content.splitlines())}
            assert len(texts) == 10
            assert {MENDED, FIXED, ANSWERED} <= texts


def in_chinese_and_back(lead: Person) -> None:
    page = lead.go("")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    for path in ("sources/", "prefilter/", "releases/"):
        lead.go(path)
        expect(page.locator("h1")).to_have_text(re.compile(r"^[\u4e00-\u9fff]+$"))
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


# The blind vote

ANSWERS = {
    "tea-base": "不太清楚，大概是这样吧。",
    "tea-tuned": "茶树原产中国西南，后来传到世界各地。",
}
PROMPTS = 4


def compared(lead: Person, place: Path) -> None:
    """Bring prompts and two models' answers in, and open a campaign: two votes a comparison."""
    prompts = [
        {"id": f"p{n}", "category": "问答", "prompt": f"第{n}问：茶从哪里来？"}
        for n in range(PROMPTS)
    ]
    answers = [
        {"question_id": prompt["id"], "model": model, "answer": text}
        for prompt in prompts
        for model, text in ANSWERS.items()
    ]
    page = lead.go("evaluate/prompts/")
    page.get_by_label("Name of the set").fill("茶题")
    brought(page, "prompts", written(place / "prompts.jsonl", prompts))
    page = lead.go("evaluate/models/")
    brought(page, "answers", written(place / "answers.jsonl", answers))
    page = lead.go("evaluate/new")
    page.get_by_label("Name").fill("盲评一")
    page.get_by_label("Prompt set").select_option("茶题")
    for model in ANSWERS:
        page.get_by_role("checkbox", name=model).check()
    page.get_by_label("Baseline").select_option("tea-base")
    page.get_by_label("Votes for each comparison").fill("2")
    page.get_by_label("Votes for each comparison").blur()
    expect(page.get_by_text("8 votes")).to_be_visible()
    page.get_by_role("button", name="Open the campaign").click()
    expect(page.get_by_text("0 of 8 votes")).to_be_visible()


def written(file: Path, rows: list[dict[str, str]]) -> Path:
    file.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in rows), "utf-8")
    return file


def brought(page: Page, what: str, file: Path) -> None:
    form = page.locator(f"form[action$='{what}/import']")
    if not form.is_visible():
        page.locator("summary", has_text=f"Bring in {what}").click()
    if what == "answers":
        form.locator("[name=prompt_set]").select_option("茶题")
    form.locator("[name=file]").set_input_files(file)
    form.locator("button.btn").click()
    settled(page)
    expect(page.locator("#uploads")).to_contain_text(f"{file.stem}.jsonl")


def voted(evaluator: Person) -> None:
    """Vote with digits for the better answer, without learning whose it is."""
    page = evaluator.go("vote/")  # how to vote, the first time
    page.get_by_role("link", name="Begin").click()
    for _ in range(PROMPTS):
        assert "tea-" not in page.content()
        token = page.locator("[name=ballot]").get_attribute("value")
        left = page.locator("#answer-a").inner_text()
        expect(page.locator(".vote-actions button").first).to_be_enabled()
        page.keyboard.press("1" if "西南" in left else "2")
        expect(page.locator(f"[name=ballot][value='{token}']")).to_have_count(0)
    expect(page.locator(".vote-end")).to_be_visible()


def ranked(five: Five) -> None:
    page = five.lead.go("evaluate/")
    page.get_by_role("link", name="盲评一").first.click()
    expect(page.get_by_text("8 of 8 votes")).to_be_visible()
    page.get_by_text("End the voting and show the ranking").click()
    page.get_by_role("button", name="Close it for good").click()
    for person in (five.lead, five.evaluators[0]):
        person.page.goto(page.url)
        rows: Locator = person.page.locator("table").first.locator("tbody tr")
        expect(rows.nth(0)).to_contain_text("tea-tuned")
        expect(rows.nth(1)).to_contain_text("tea-base")
        drawn(person.page)
