"""The evaluators of benchmarks/voting.py, in a process of their own: sessions on kept-alive connections,
which vote as the page does and get the next comparison in the answer to their vote.

Started with one JSON object as its argument; prints one as its last line.
"""

import json
import random
import re
import sys
from dataclasses import dataclass
from urllib.parse import urlencode

from _bench_people import Annotator, work

TOKEN = re.compile(rb'name="ballot" value="(\w+)"')
CHOICES = ("left", "right", "tie", "both_bad")


@dataclass
class Voter(Annotator):
    """One session on one connection; `token` names the comparison on its screen, "" at the end."""

    place: str = ""
    token: str = ""

    def decide(self, chance: random.Random) -> None:
        if chance.random() < 0.03:
            given = {"skip": "unsure"}
        else:
            given = {"choice": chance.choice(CHOICES), "rate-correctness": chance.choice(CHOICES)}
        body = urlencode({"ballot": self.token, **given})
        self.ask("decision", "POST", f"{self.place}cast", body)

    def take(self) -> bool:
        """Read the answer; False where nothing is left to vote on."""
        found = TOKEN.search(bytes(self.page))
        if found is None and b"vote-end" not in self.page:
            raise SystemExit(f"No comparison on the page:\n{bytes(self.page).decode()[:3000]}")
        self.token = found[1].decode() if found else ""
        return bool(self.token)


def poll(port: int, cookies: list[str], place: str, seconds: float, pause: float) -> dict:
    """Everybody votes for so long; `pause` seconds between an answer and the next vote."""
    everybody = [Voter(cookie, port, place=place) for cookie in cookies]
    for each in everybody:
        each.ask("page", "GET", place)
    return work(everybody, seconds, pause, random.Random(port))


if __name__ == "__main__":
    print(json.dumps(poll(**json.loads(sys.argv[1]))))
