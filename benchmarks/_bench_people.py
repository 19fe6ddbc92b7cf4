"""The annotators of benchmarks/workbench.py, in a process of their own: sessions on kept-alive
connections, which read each page as a browser would and hold the next pair while they decide on one.

Started with one JSON object as its argument; prints one as its last line.
"""

import html
import json
import random
import re
import selectors
import socket
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_plus, urlencode

CSRF = "b" * 32
DESK = re.compile(rb'<form[^>]*\bid="desk".*?</form>', re.S)
SUBMIT = re.compile(rb'\baction="(/p/bench/annotate/claims/(\d+)/submit)"')
HIDDEN = re.compile(rb'<input type="hidden"[^>]*?\bname="(\w+)"[^>]*?\bvalue="([^"]*)"')
TEXT = re.compile(rb'<textarea[^>]*\bname="text"[^>]*>\n?(.*?)</textarea>', re.S)
AHEAD = re.compile(rb'\bdata-ahead="([^"]+)"')
LENGTH = re.compile(rb"Content-Length: (\d+)", re.I)


@dataclass(frozen=True)
class Desk:
    """A pair as it came in a page: where to submit it, and what its form holds."""

    action: str
    claim: str
    hidden: dict[str, str]
    text: str


def desk_in(page: bytes) -> Desk | None:
    form = DESK.search(page)
    action = SUBMIT.search(form[0]) if form else None
    text = TEXT.search(form[0]) if form else None
    if form is None or action is None or text is None:
        return None
    hidden = {
        name.decode(): html.unescape(value.decode()) for name, value in HIDDEN.findall(form[0])
    }
    hidden.pop("csrfmiddlewaretoken", None)
    shown = html.unescape(text[1].decode())
    return Desk(action[1].decode(), action[2].decode(), hidden, shown)


@dataclass
class Annotator:
    """One session on one connection; `desk` is on the screen, `ahead` waits behind it."""

    cookie: str
    port: int
    connection: socket.socket = field(init=False)
    page: bytearray = field(default_factory=bytearray)
    sent: float = 0.0
    size: int = 0
    asked: str = ""  # "page", "ahead" or "decision"
    ahead_url: str = ""
    desk: Desk | None = None
    ahead: Desk | None = None

    def __post_init__(self) -> None:
        self.connection = socket.create_connection(("127.0.0.1", self.port))
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, what: str, method: str, path: str, body: str = "") -> None:
        fragment = "" if what == "page" else "HX-Request: true\r\n"
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{fragment}"
            f"Cookie: sessionid={self.cookie}; csrftoken={CSRF}\r\nX-CSRFToken: {CSRF}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )
        self.page.clear()
        self.size, self.asked = 0, what
        self.sent = time.perf_counter()
        self.connection.sendall(head.encode())

    def decide(self, chance: random.Random) -> None:
        """Submit what is on the screen; what waited behind it is there at once."""
        desk = self.desk
        assert desk is not None
        fields = {**desk.hidden, "note": "", **_decision(desk.text, chance)}
        self.desk, self.ahead = self.ahead, None
        if self.desk is not None:
            fields["shown"] = self.desk.claim
        self.ask("decision", "POST", desk.action, urlencode(fields, quote_via=quote_plus))

    def has_read(self) -> bool:
        """Take what has arrived; True when the answer is whole."""
        self.page += self.connection.recv(1 << 16)
        if not self.size:
            end = self.page.find(b"\r\n\r\n")
            length = LENGTH.search(self.page, 0, end) if end > 0 else None
            if length is None:
                return False
            self.size = end + 4 + int(length[1])
        return len(self.page) >= self.size

    def take(self) -> bool:
        """Read the answer; False where the next pair must be asked for first, as a page does."""
        page = bytes(self.page)
        if self.asked == "page" and (url := AHEAD.search(page)):
            self.ahead_url = url[1].decode()
        came = desk_in(page)
        if self.desk is None:
            self.desk = came
        elif came is not None and came.claim != self.desk.claim:
            self.ahead = came
        if self.desk is None:
            raise SystemExit(f"No pair on the page:\n{page.decode()[:3000]}")
        if self.ahead is None and self.ahead_url and self.asked == "page":
            self.ask("ahead", "POST", self.ahead_url, f"shown={self.desk.claim}")
            return False
        return True


def _decision(text: str, chance: random.Random) -> dict[str, str]:
    dice = chance.random()
    if dice < 0.15:
        return {"verb": "reject", "reasons": "wrong", "text": text}
    if dice < 0.4:
        return {"verb": "rewrite", "text": f"{text}水温以八十度为宜。"}
    return {"verb": "accept", "text": text}


def annotate(port: int, cookies: list[str], seconds: float, pause: float) -> dict[str, object]:
    """Everybody decides for so long; `pause` seconds between an answer and the next decision."""
    everybody = [Annotator(cookie, port) for cookie in cookies]
    for each in everybody:
        each.ask("page", "GET", "/p/bench/annotate/")
    found = work(everybody, seconds, pause, random.Random(port))
    return {**found, "prefetched": all(each.ahead_url for each in everybody)}


def work(
    everybody: Sequence[Annotator], seconds: float, pause: float, chance: random.Random
) -> dict[str, object]:
    """Those who have asked for their first page answer it, and each that comes after, for so long."""
    waiting = selectors.DefaultSelector()
    for each in everybody:
        waiting.register(each.connection, selectors.EVENT_READ, each)
    due: list[tuple[float, Annotator]] = []
    took: list[float] = []
    sizes: list[int] = []
    begun, cpu = time.perf_counter(), time.process_time()
    while (now := time.perf_counter()) < begun + seconds:
        due.sort(key=lambda one: one[0])
        while due and due[0][0] <= now:
            due.pop(0)[1].decide(chance)
        for key, _ in waiting.select(0.002 if due else 0.5):
            each = key.data
            if not each.has_read():
                continue
            if each.asked == "decision":
                took.append(time.perf_counter() - each.sent)
                sizes.append(each.size)
            if each.take():
                due.append((time.perf_counter() + pause * chance.uniform(0.5, 1.5), each))
    spent = time.perf_counter() - begun
    return {
        "seconds": spent,
        "took": took,
        "bytes": statistics.median(sizes or [0]),
        "client_cpu": (time.process_time() - cpu) / spent,
    }


if __name__ == "__main__":
    print(json.dumps(annotate(**json.loads(sys.argv[1]))))
