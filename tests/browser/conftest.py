"""Real people at real browsers: each has a context of their own, and no page may have trouble."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

SitDown = Callable[..., Page]
PATIENCE = 30_000  # ms; a page that is slow on a busy machine is not wrong
CHROMIUM = os.environ.get("CQIA_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"

# Chromium's own words about a refused style or script are in the console as well.
REPORT = """addEventListener("securitypolicyviolation", (e) =>
  console.error(`CSP: ${e.violatedDirective} refused ${e.blockedURI}`))"""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # Playwright's event loop stays in this thread until the end; Django would refuse the database.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


class Trouble(list[str]):
    """What goes wrong on the pages of a context: nothing may."""

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.append(str(error.error)))
        context.on("requestfailed", self._failed)
        context.on("response", self._response)
        context.add_init_script(REPORT)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.append(f"{message.page.url if message.page else ''}: {message.text}")

    def _failed(self, request: Request) -> None:
        # A page that is left, and a link that turns out to be a download, end their requests.
        if request.failure != "net::ERR_ABORTED":
            self.append(f"{request.method} {request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.append(f"{response.request.method} {response.url}: {response.status}")


@pytest.fixture
def sit_down(chromium: Browser) -> Iterator[SitDown]:
    """sit_down(base_url): a page in a fresh browser; at the end no page may have had trouble."""
    trouble = Trouble()
    contexts: list[BrowserContext] = []

    def sit_down(base_url: str, **options: object) -> Page:
        context = chromium.new_context(base_url=base_url, locale="en-GB", **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        trouble.watch(context)
        contexts.append(context)
        return context.new_page()

    yield sit_down
    for context in contexts:
        context.close()
    assert trouble == []
