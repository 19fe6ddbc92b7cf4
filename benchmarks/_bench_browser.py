"""One annotator of benchmarks/workbench.py in Chromium, by keyboard: how long from the key to the next
pair on the screen, and how many bytes come over the wire.

Started with one JSON object as its argument; prints one as its last line.
"""

import json
import os
import random
import shutil
import sys
import time

from playwright.sync_api import CDPSession, Page, TimeoutError, sync_playwright

CHROMIUM = os.environ.get("CQIA_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
PATIENCE = 30_000  # ms

# From the event of a key to the frame in which another pair's desk has been painted.
WATCH = """
const claim = () => document.querySelector("#desk")?.getAttribute("action") ?? "";
let pressed = 0;
let before = "";
window.delays = [];
addEventListener("keydown", (event) => {
  if (["Control", "Shift", "Alt"].includes(event.key)) return;
  pressed = event.timeStamp;
  before = claim();
}, true);
new MutationObserver(() => {
  if (!pressed || !claim() || claim() === before) return;
  const from = pressed;
  pressed = 0;
  requestAnimationFrame(() => setTimeout(() => window.delays.push(performance.now() - from)));
}).observe(document, { childList: true, subtree: true });
"""


class Wire:
    """Bytes that came over the wire, as Chromium's own network panel counts them."""

    def __init__(self, devtools: CDPSession) -> None:
        self.total = 0
        devtools.send("Network.enable")
        devtools.on("Network.loadingFinished", self._count)

    def _count(self, event: dict[str, float]) -> None:
        self.total += int(event["encodedDataLength"])

    def taken(self) -> int:
        """Since it was asked the last time."""
        taken, self.total = self.total, 0
        return taken


def accept(page: Page) -> None:
    page.keyboard.press("a")


def rewrite(page: Page) -> None:
    page.keyboard.press("e")
    page.keyboard.press("Control+End")
    for character in "水温以八十度为宜。":
        page.keyboard.insert_text(character)
        page.wait_for_timeout(120)
    page.wait_for_timeout(1500)  # the last hints and the draft
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(400)
    if page.locator("#said").inner_text():  # a hint on the made text asks for one more press
        page.keyboard.press("Control+Enter")


def reject(page: Page) -> None:
    page.keyboard.press("r")
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")


DECISIONS = {"accept": accept, "rewrite": rewrite, "reject": reject}


def arrived(page: Page, done: int, name: str) -> None:
    """Wait for the next pair; one that does not come says why above the panes."""
    try:
        page.wait_for_function("done => window.delays.length > done", arg=done)
    except TimeoutError as error:
        said = page.locator("#said").inner_text()
        raise SystemExit(f"{name}, decision {done + 1}: {said or 'nothing is said'}") from error


def look_through(url: str, cookie: str, number: int, pause: float) -> dict[str, object]:
    """Decide on so many pairs; `pause` is what a person reads before each, in seconds."""
    chance = random.Random(number)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": url}])
        context.add_init_script(WATCH)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        wire = Wire(context.new_cdp_session(page))
        page.goto("/p/bench/annotate/", wait_until="networkidle")
        first = wire.taken()
        for done in range(number):
            page.wait_for_timeout(1000 * pause * chance.uniform(0.7, 1.3))
            name = chance.choices(list(DECISIONS), [0.6, 0.25, 0.15])[0]
            DECISIONS[name](page)
            arrived(page, done, name)
        page.wait_for_timeout(2000)  # the last decision and the pair fetched ahead are on their way
        items = wire.taken()
        delays = page.evaluate("window.delays")
        browser.close()
    return {"delays_ms": delays, "first_visit": first, "bytes_an_item": items / number}


if __name__ == "__main__":
    begun = time.perf_counter()
    told = look_through(**json.loads(sys.argv[1]))
    print(json.dumps({**told, "seconds": time.perf_counter() - begun}))
