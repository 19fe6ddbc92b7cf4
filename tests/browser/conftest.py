"""Real people at real browsers: each has a context of their own, and no page may have trouble."""

import os
import shutil
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)
from pytest_django.live_server_helper import LiveServer

from cqia.accounts.models import User
from tests.cast import ClientOf

SitDown = Callable[..., Page]
Bench = Callable[..., Page]
Sign = Callable[[BrowserContext], None]
PATIENCE = 30_000  # ms; a page that is slow on a busy machine is not wrong
CHROMIUM = os.environ.get("CQIA_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"

expect.set_options(timeout=PATIENCE)

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
        context.on("weberror", lambda error: self.append(error.error.stack or str(error.error)))
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


def until_requests_ended() -> None:
    """A page that is closed leaves the server at work; emptying the tables beside it can deadlock."""
    ends = time.monotonic() + PATIENCE / 1000
    with connection.cursor() as cursor:
        while time.monotonic() < ends:
            cursor.execute(AT_WORK)
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.05)


AT_WORK = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
 AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle'"""


@pytest.fixture
def sit_down(chromium: Browser, transactional_db: None) -> Iterator[SitDown]:
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
    until_requests_ended()
    assert trouble == []


# The workbench, and hands that never leave the keyboard


@pytest.fixture
def sign_in(live_server: LiveServer, annotator: User, client_of: ClientOf) -> Sign:
    cookie = client_of(annotator).cookies[settings.SESSION_COOKIE_NAME].value

    def sign_in(context: BrowserContext) -> None:
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )

    return sign_in


@pytest.fixture
def bench(live_server: LiveServer, sign_in: Sign, sit_down: SitDown) -> Bench:
    """bench(**options): the workbench in a browser of its own, in which nothing may go wrong."""

    def bench(**options: object) -> Page:
        page = sit_down(live_server.url, **options)
        sign_in(page.context)
        open_bench(page)
        return page

    return bench


@pytest.fixture
def careless(live_server: LiveServer, sign_in: Sign, chromium: Browser) -> Iterator[Page]:
    """The workbench in a browser whose requests may fail."""
    context = chromium.new_context(base_url=live_server.url, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    sign_in(context)
    page = context.new_page()
    open_bench(page)
    yield page
    context.close()
    until_requests_ended()


def open_bench(page: Page) -> None:
    """Go there, and wait for the moment from which keys are meant for what is on the page."""
    page.goto("/p/tea/annotate/")
    page.wait_for_selector("#desk:not([data-fresh])")


def all_sent(page: Page) -> None:
    """Wait until no decision waits in the browser."""
    page.wait_for_function(
        "() => !Object.keys(localStorage).some((key) => key.startsWith('cqia-send'))"
    )


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def see(page: Page, text: str) -> None:
    """Wait for the pair with this question, and for the moment from which keys are meant for it."""
    expect(page.locator(".instruction")).to_have_text(text)
    page.wait_for_selector("#desk:not([data-fresh])")


def at_the_end(page: Page) -> None:
    """Wait until nothing is left, which the server tells once it has every decision."""
    expect(page.get_by_text("Everything is annotated")).to_be_visible()
