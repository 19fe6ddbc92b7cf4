"""Killing the services at random under 32 annotators: no slot twice, no decision lost, every draft that
was acknowledged is there.

`pytest -m faults -s` prints what was killed and what came of it; CQIA_KILLS says how often (60 times).
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import psutil
import pytest

from tests.aftermath import (
    every_decision_is_there_once,
    insistent,
    of_project,
    states_of,
    the_history_leads_to_each_state,
)
from tests.live import WORDS, Installation, eventually
from tests.test_faults import bring, rows_file

pytestmark = pytest.mark.faults

SLUG = "bench"
KILLS, PEOPLE = int(os.environ.get("CQIA_KILLS", "60")), 32
PAIRS, EACH = 40 * KILLS, 2  # pairs, and how many people decide on each
FIRST = 0.1  # of the kills are of a first process, where there are others
SERVICES = ("web", "worker-cpu", "redis", "postgres")
PAUSE = (0.6, 2.0)  # seconds of a person between two requests


def test_nothing_is_lost_or_given_twice(live: Installation, tmp_path: Path) -> None:
    names = [f"hand-{number}" for number in range(PEOPLE)]
    tokens = live.make_project(SLUG, chief="lead", **dict.fromkeys(names, "annotator"))
    change = "UPDATE annotation_project SET annotators_per_pair = %s WHERE slug = %s RETURNING id"
    live.rows(change, EACH, SLUG)
    with at(live, tokens["chief"]) as chief:
        bring(chief, rows_file(tmp_path, "kills", PAIRS))
    eventually(lambda: states_of(live, SLUG) == {"queued": PAIRS}, 300)
    begun, dice = time.monotonic(), random.Random(200)
    people = [Person(at(live, tokens[name]), name) for name in names]
    killed: Counter[str] = Counter()
    with at_work(people) as failures:
        while killed.total() < KILLS and not failures:
            killed[kill_one(live, dice)] += 1
            eventually(partial(_goes_on, people, told(people), failures), 180)
        spent = time.monotonic() - begun
    print(f"\n{KILLS} kills in {spent:.0f} s: {dict(killed)}")
    print(summary(people))
    assert killed.total() == KILLS
    assert set(killed) == set(SERVICES)
    every_decision_is_there_once(live, SLUG, [note for each in people for note in each.told])
    no_slot_was_given_twice(live)
    the_history_leads_to_each_state(live)
    every_pair_is_where_its_slots_say(live)
    every_draft_is_there(live, people)


def _goes_on(people: list["Person"], before: int, failures: list[BaseException]) -> bool:
    return told(people) > before or bool(failures)


def told(people: list["Person"]) -> int:
    """Decisions that were answered with success so far."""
    return sum(len(each.told) for each in people)


def summary(people: list["Person"]) -> str:
    counts = {
        "decisions told": told(people),
        "drafts acknowledged": sum(each.saved for each in people),
        "drafts read back after a save": sum(each.reread for each in people),
        "drafts left behind": sum(len(each.left) for each in people),
        "requests repeated": sum(each.again for each in people),
        "leases lost": sum(each.lost for each in people),
    }
    return ", ".join(f"{count} {name}" for name, count in counts.items())


# The people


def at(live: Installation, token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{live.url}/api/projects/{SLUG}/", headers=headers, timeout=60)


@dataclass
class Person:
    """Drafts, reads the draft back, then decides, or leaves it behind and goes on to another pair.

    What gets no answer is sent again, as the page does.
    """

    client: httpx.Client
    name: str
    told: list[str] = field(default_factory=list)  # decisions that were answered with success
    left: dict[int, str] = field(default_factory=dict)  # slot → the draft that was left behind
    saved: int = 0
    reread: int = 0
    lost: int = 0
    again: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.name)

    def work(self) -> None:
        while not self.ended.is_set():
            work = self.ask("POST", "claims", {}).json()["next"]
            if work is None:
                raise AssertionError("there was no pair left")
            self.rest()
            self.treat(work["claim"])

    def treat(self, claim: int) -> None:
        text = ""
        if self.dice.random() < 0.4:
            text = f"{self.name}为第{claim}份写的草稿，{self.dice.random()}"
            if not self.draft(claim, text):
                return
        if text and self.dice.random() < 0.15:
            self.leave(claim, text)
        else:
            self.decide(claim, text)

    def draft(self, claim: int, text: str) -> bool:
        """Save it, and look after a while whether it is there."""
        answer = self.ask("PUT", f"claims/{claim}/draft", {"text": text})
        if answer.status_code == 409:
            self.lost += 1
            return False
        assert answer.status_code == 200, answer.text
        self.saved += 1
        self.rest()
        kept = self.ask("GET", f"claims/{claim}/draft", {})
        assert kept.json()["kept"]["text"] == text, kept.text
        self.reread += 1
        return True

    def leave(self, claim: int, text: str) -> None:
        answer = self.ask("POST", f"claims/{claim}/skip", {"reason": "too_hard"})
        assert answer.status_code in (200, 409), answer.text  # 409: an answer was lost on the way
        self.left[claim] = text

    def decide(self, claim: int, text: str) -> None:
        note = f"{self.name} decides on slot {claim}"
        verb = {"verb": "rewrite", "text": text} if text else {"verb": "accept"}
        answer = self.ask("POST", f"claims/{claim}/submit", {**verb, "note": note})
        if answer.status_code == 200:
            self.told.append(note)
        else:
            assert answer.status_code == 409, answer.text
            self.lost += 1

    def rest(self) -> None:
        self.ended.wait(self.dice.uniform(*PAUSE))

    def ask(self, method: str, path: str, data: dict[str, str]) -> httpx.Response:
        """The first answer that is not the server's failure, however often it takes to ask."""
        while True:
            with suppress(httpx.TransportError):
                answer = self.client.request(method, path, json=data if method != "GET" else None)
                if answer.status_code < 500:
                    return answer
            self.again += 1
            time.sleep(self.dice.uniform(0.3, 1))


@contextmanager
def at_work(people: list[Person]) -> Iterator[list[BaseException]]:
    """Everybody works, each in a thread; yields what went wrong with them so far."""
    failures: list[BaseException] = []

    def work(person: Person) -> None:
        try:
            person.work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=[each], name=each.name) for each in people]
    for thread in threads:
        thread.start()
    try:
        yield failures
    finally:
        for each in people:
            each.ended.set()
        for each, thread in zip(people, threads, strict=True):
            thread.join(90)
            each.client.close()
    assert failures == []
    assert not any(thread.is_alive() for thread in threads)


# What is killed


def kill_one(live: Installation, dice: random.Random) -> str:
    """kill -9 of some process of some service that runs, once in a while of its first; returns the
    service.

    What the first process of a service keeps, it starts again itself; a first one `cqia up` starts
    again, after a pause that grows. Meanwhile the others are killed.
    """
    time.sleep(dice.uniform(0, 1.5))
    while True:
        service = dice.choice(SERVICES)
        with suppress(psutil.NoSuchProcess, IndexError):
            first = live.named(WORDS[service])[0]
            others = [each for each in first.children(recursive=True) if is_at_work(service, each)]
            dice.choice(others if others and dice.random() > FIRST else [first]).kill()
            return service
        time.sleep(0.1)


def is_at_work(service: str, process: psutil.Process) -> bool:
    """Of PostgreSQL, those that serve us: one killed during its recovery may leave it there for good."""
    return service != "postgres" or "cqia cqia" in " ".join(process.cmdline())


# What is there


def no_slot_was_given_twice(live: Installation) -> None:
    ours = f"pair.{of_project(SLUG)}"
    annotated = (
        "SELECT {} FROM annotation_annotation annotation"
        f" JOIN annotation_pair pair ON pair.id = annotation.pair_id WHERE {ours}"
        " GROUP BY 1{} HAVING count(*) > %s"
    )
    assert live.rows(annotated.format("claim_id", ""), 1) == []
    assert live.rows(annotated.format("pair_id", ""), EACH) == []
    assert live.rows(annotated.format("pair_id, author_id", ", 2"), 1) == []
    slots = "SELECT count(*) FROM annotation_claim WHERE {} GROUP BY pair_id HAVING count(*) <> %s"
    assert live.rows(slots.format(of_project(SLUG)), EACH) == []


def every_pair_is_where_its_slots_say(live: Installation) -> None:
    """Annotated when the last of its slots is done, queued until then, with slots for somebody."""
    elsewhere = (
        "SELECT pair.id, pair.state FROM annotation_pair pair JOIN annotation_claim claim"
        f" ON claim.pair_id = pair.id WHERE pair.{of_project(SLUG)} GROUP BY pair.id"
        " HAVING pair.state <> CASE WHEN count(claim.done_at) = count(*) THEN 'annotated'"
        " ELSE 'queued' END"
    )
    assert live.rows(elsewhere) == []
    stuck = (
        "SELECT holder_id, count(*) FROM annotation_claim WHERE done_at IS NULL"
        f" AND holder_id IS NOT NULL AND {of_project(SLUG)} GROUP BY holder_id HAVING count(*) > 2"
    )
    assert live.rows(stuck) == []


def every_draft_is_there(live: Installation, people: list[Person]) -> None:
    drafts = (
        "SELECT person.username, claim.id, draft.fields ->> 'text' FROM annotation_draft draft"
        " JOIN annotation_claim claim ON claim.pair_id = draft.pair_id"
        " JOIN accounts_user person ON person.id = draft.author_id"
        f" WHERE claim.{of_project(SLUG)}"
    )
    found = {(name, claim): text for name, claim, text in insistent(lambda: live.rows(drafts))}
    left = {(each.name, claim): text for each in people for claim, text in each.left.items()}
    assert left
    assert {place: found.get(place) for place in left} == left
