"""One hour at the workbench: 60 real pairs of five sources, decided in Chromium at the speed of a person.

`-s` prints what the app itself took of each decision. CQIA_HASTE says how many times faster than a
person it reads and thinks (60: some two minutes for the hour); keys come as fast as a person types.
"""

import json
import os
import random
import statistics
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SitDown
from tests.browser.test_story_browser import painted, signed_in
from tests.live import Installation, eventually
from tests.test_real_data import DATA

pytestmark = [
    pytest.mark.browser,
    pytest.mark.realdata,
    pytest.mark.skipif(not DATA.is_dir(), reason="CQIA_REAL_DATA names no folder with real data"),
]
SLUG = "hour"
SOURCES = ("chinese_traditional", "douban", "human_value", "segmentfault", "wiki")
ROUNDS, OF_EACH, DECIDED = 4, 5, 60
HASTE = float(os.environ.get("CQIA_HASTE", "60"))
READS = 9.0  # characters a second
LONGEST = 90.0  # seconds on one pair
TYPES = 0.12  # seconds a character
SLOWEST = (
    1.0  # seconds that the app may take of a decision on a machine that does other things, too
)

# From the key that decides to the frame in which the next pair has been painted.
WATCH = """
const claim = () => document.querySelector("#desk")?.getAttribute("action") ?? "";
let pressed = 0, before = "";
window.delays = [];
addEventListener("keydown", (event) => {
  if (["Control", "Shift", "Alt"].includes(event.key)) return;
  [pressed, before] = [event.timeStamp, claim()];
}, true);
new MutationObserver(() => {
  if (!pressed || !claim() || claim() === before) return;
  const from = pressed;
  pressed = 0;
  requestAnimationFrame(() => setTimeout(() => window.delays.push(performance.now() - from)));
}).observe(document, { childList: true, subtree: true });
"""


@dataclass
class Hour:
    """What came of it; delays in seconds."""

    delays: list[float] = field(default_factory=list)
    saves: list[float] = field(default_factory=list)  # until “Saved” is shown after the last letter
    verbs: Counter[str] = field(default_factory=Counter)
    person: float = 0.0  # seconds that a person would have read, thought and typed


def test_an_hour_of_a_new_annotator(live: Installation, sit_down: SitDown, tmp_path: Path) -> None:
    tokens = live.make_project(SLUG, mei="lead", xin="annotator")
    come_in(live, tokens["mei"], tmp_path)
    page = signed_in(sit_down(live.url), "xin").page
    page.add_init_script(WATCH)
    page.goto(f"/p/{SLUG}/annotate/")
    painted(page)
    hour, dice = Hour(), random.Random(60)
    for number in range(DECIDED):
        decide(page, hour, dice, number)
    page.wait_for_load_state("networkidle")
    tell(hour)
    eventually(lambda: counted(live) == dict(hour.verbs))
    assert live.one(OF_SOURCES, SLUG) == len(SOURCES)
    assert sum(hour.verbs.values()) == len(hour.delays) == DECIDED
    assert max(hour.delays) < SLOWEST


def come_in(live: Installation, token: str, place: Path) -> None:
    """Rows from all over five files, some of each in turn, so that an hour meets all of them."""
    rows = {name: rows_of(name) for name in SOURCES}
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{live.url}/api/projects/{SLUG}/", headers=headers) as lead:
        for number in range(ROUNDS):
            for name in SOURCES:
                file = place / f"{name}-{number}.jsonl"
                chosen = rows[name][number * OF_EACH : (number + 1) * OF_EACH]
                file.write_text("\n".join(chosen) + "\n", encoding="utf-8")
                fields = {"source": name, "recipe": "cqia", "licence": "research only"}
                with file.open("rb") as content:
                    answer = lead.post("imports", data=fields, files={"file": content}, timeout=60)
                assert answer.status_code == 201, answer.text
    eventually(lambda: live.one(LIVE_JOBS, SLUG) == 0, 180)


def rows_of(name: str) -> list[str]:
    """As many lines of the file as are imported, each time the same."""
    lines = (DATA / f"candidates_cqia_{name}.jsonl").read_text("utf-8").split("\n")
    return random.Random(name).sample([line for line in lines if line], ROUNDS * OF_EACH)


def decide(page: Page, hour: Hour, dice: random.Random, number: int) -> None:
    """Read the pair as long as it takes, then accept, rewrite or reject it by keyboard."""
    page.wait_for_selector("#desk:not([data-fresh]) .instruction")
    shown = sum(len(part) for part in page.locator("#desk .prose:visible").all_inner_texts())
    think(page, hour, min(LONGEST, shown / READS) * dice.uniform(0.7, 1.3))
    verb = dice.choices(["accept", "rewrite", "reject"], [0.5, 0.35, 0.15])[0]
    if verb == "rewrite":
        write(page, hour, dice)
    elif verb == "reject":
        page.keyboard.press("r")
        think(page, hour, 2)
        page.keyboard.press(dice.choice("123456"))
    page.keyboard.press("a" if verb == "accept" else "Control+Enter")
    confirmed(page, number)
    hour.delays.append(page.evaluate("window.delays").pop() / 1000)
    hour.verbs[verb] += 1


def write(page: Page, hour: Hour, dice: random.Random) -> None:
    """Type a sentence at the end of the answer, letter by letter, and look at it once more."""
    page.keyboard.press("e")
    page.keyboard.press("Control+End")
    for letter in dice.choice(
        ["以上内容经过核对，有一处作了改动。", "补充一点：具体情况因地而异。"]
    ):
        page.keyboard.insert_text(letter)
        page.wait_for_timeout(1000 * TYPES)
    hour.person += 20 * TYPES
    begun = page.evaluate("performance.now()")
    expect(page.locator("#saved")).to_contain_text("Saved")
    hour.saves.append((page.evaluate("performance.now()") - begun) / 1000)
    think(page, hour, 8 * dice.uniform(0.7, 1.3))


def think(page: Page, hour: Hour, seconds: float) -> None:
    hour.person += seconds
    page.wait_for_timeout(1000 * max(0.2, seconds / HASTE))


def confirmed(page: Page, number: int) -> None:
    """Wait for the next pair; where the page asks, press once more as a person would."""
    arrived = "number => window.delays.length > number"
    told = f"number => ({arrived})(number) || document.querySelector('#said').innerText"
    for _ in range(3):
        page.wait_for_function(told, arg=number)
        page.wait_for_timeout(800)
        if page.evaluate(arrived, number):
            return
        page.keyboard.press("Control+Enter")
    page.wait_for_function(arrived, arg=number)


def tell(hour: Hour) -> None:
    delays = sorted(hour.delays)
    figures = {
        "decisions": len(delays),
        "by verb": dict(hour.verbs),
        "minutes of a person": round(hour.person / 60, 1),
        "the app's own seconds a decision": {
            "median": round(statistics.median(delays), 3),
            "p95": round(delays[int(0.95 * len(delays))], 3),
            "most": round(delays[-1], 3),
            "sum": round(sum(delays), 2),
        },
        "seconds until a draft is saved": round(statistics.median(hour.saves), 2),
    }
    print(f"\n{json.dumps(figures, ensure_ascii=False)}")


COUNTS = (
    "SELECT verb, count(*) FROM annotation_annotation annotation"
    " JOIN annotation_pair pair ON pair.id = annotation.pair_id"
    " JOIN annotation_project project ON project.id = pair.project_id"
    " WHERE project.slug = %s GROUP BY 1"
)
OF_SOURCES = COUNTS.replace("SELECT verb, count(*)", "SELECT count(DISTINCT pair.source_id)")
OF_SOURCES = OF_SOURCES.replace(" GROUP BY 1", "")
LIVE_JOBS = (
    "SELECT count(*) FROM annotation_job job JOIN annotation_project project"
    " ON project.id = job.project_id WHERE project.slug = %s"
    " AND state IN ('waiting', 'running', 'paused')"
)


def counted(live: Installation) -> dict[str, int]:
    return dict(live.rows(COUNTS, SLUG))
