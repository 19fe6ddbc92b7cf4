"""The evaluators of benchmarks/voting.py, in a process of their own: sessions on kept-alive connections,
which vote as the page does and get the next comparison in the answer to their vote.

Started with one JSON object as its argument; prints one as its last line.
"""

import json
import random
import re
import selectors
import statistics
import sys
import time
from dataclasses import dataclass
from urllib.parse import urlencode

from _bench_people import Annotator

TOKEN = re.compile(rb'name="ballot" value="(\w+)"')
CHOICES = ("left", "right", "tie", "both_bad")


@dataclass
class Voter(Annotator):
    """One session on one connection; `token` names the comparison on its screen, "" at the end."""

    place: str = ""
    token: str = ""

    def vote(self, chance: random.Random) -> None:
        if chance.random() < 0.03:
            given = {"skip": "unsure"}
        else:
            given = {"choice": chance.choice(CHOICES), "rate-correctness": chance.choice(CHOICES)}
        body = urlencode({"ballot": self.token, **given})
        self.ask("vote", "POST", f"{self.place}cast", body)

    def read(self) -> None:
        found = TOKEN.search(bytes(self.page))
        if found is None and b"vote-end" not in self.page:
            raise SystemExit(f"No comparison on the page:\n{bytes(self.page).decode()[:3000]}")
        self.token = found[1].decode() if found else ""


def poll(port: int, cookies: list[str], place: str, seconds: float, pause: float) -> dict:
    """Everybody votes for so long; `pause` seconds between an answer and the next vote."""
    chance, waiting = random.Random(port), selectors.DefaultSelector()
    everybody = [Voter(cookie, port, place=place) for cookie in cookies]
    for each in everybody:
        waiting.register(each.connection, selectors.EVENT_READ, each)
        each.ask("page", "GET", place)
    due: list[tuple[float, Voter]] = []
    took: list[float] = []
    sizes: list[int] = []
    begun, cpu = time.perf_counter(), time.process_time()
    while (now := time.perf_counter()) < begun + seconds:
        due.sort(key=lambda one: one[0])
        while due and due[0][0] <= now:
            due.pop(0)[1].vote(chance)
        for key, _ in waiting.select(0.002 if due else 0.5):
            each = key.data
            if not each.has_read():
                continue
            if each.asked == "vote":
                took.append(time.perf_counter() - each.sent)
                sizes.append(each.size)
            each.read()
            if each.token:
                due.append((time.perf_counter() + pause * chance.uniform(0.5, 1.5), each))
    spent = time.perf_counter() - begun
    return {
        "seconds": spent,
        "took": took,
        "bytes": statistics.median(sizes or [0]),
        "client_cpu": (time.process_time() - cpu) / spent,
    }


if __name__ == "__main__":
    print(json.dumps(poll(**json.loads(sys.argv[1]))))
