"""Killing each service while an import and four annotators run: nothing is lost, doubled or stuck.

`pytest -m faults -s` prints the counts before and after each kill.
"""

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.aftermath import (
    every_decision_is_there_once,
    insistent,
    of_project,
    states_of,
    the_history_leads_to_each_state,
)
from tests.live import WORDS, Installation, eventually

pytestmark = pytest.mark.faults

SLUG = "faults"
# Rows of each of the four files that are imported; pairs that annotators have before that begins.
ROWS, WAITING = 6_000, 3_000
PEOPLE = {"boss": "lead", **{f"worker-{n}": "annotator" for n in range(1, 5)}}
SERVICES = ("web", "worker-cpu", "redis", "postgres")
CHUNK = (
    2_000  # rows that an import stores at a time: a file is a third in when the service is killed
)
STEPS = [
    "先把茶叶放进温过的壶里", "水烧开以后稍等片刻再注入", "盖上壶盖静置大约半分钟", "第一泡的茶汤可以用来润杯",
    "随后按各人的口味慢慢加长时间", "斟茶时七分满最为合适", "茶叶受潮以后香气会散失", "存放的罐子要避光并且干燥",
    "山场的海拔影响茶叶的厚薄", "雨前采的芽叶更加细嫩", "炒青讲究火候与手法", "晒青则留下了更多活性",
    "好茶的回甘来得又快又久", "水质偏硬会让茶汤发暗", "瓷器最能显出本来的香气", "陶壶适合需要高温的茶",
]  # fmt: skip


def test_nothing_is_lost_doubled_or_stuck(live: Installation, tmp_path: Path) -> None:
    tokens = live.make_project(SLUG, **PEOPLE)
    lead = client(live, tokens.pop("boss"))
    bring(lead, rows_file(tmp_path, "before", WAITING))
    eventually(lambda: counted(live)["queued"] == WAITING, 180)
    annotators = [Annotator(client(live, token), name) for name, token in tokens.items()]
    with at_work(annotators):
        batches = [killed(live, service, lead, annotators, tmp_path) for service in SERVICES]
        eventually(lambda: counted(live)["jobs"] == 0, 300)
    lead.close()
    print(f"\nat the end: {counted(live)}, {told(annotators)} told")
    for batch in batches:
        every_row_is_there_once(live, batch)
    every_decision_is_there_once(live, SLUG, [note for each in annotators for note in each.told])
    the_history_leads_to_each_state(live)
    assert states_of(live, SLUG) == states_counted(live)
    nothing_is_stuck(live)


# What is put in


def rows_file(place: Path, name: str, rows: int) -> Path:
    """So many different questions with long answers; the same each time."""
    dice = random.Random(name)
    file = place / f"{name}.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for number in range(1, rows + 1):
            answer = "，".join(dice.sample(STEPS, len(STEPS))) + f"。这是{name}的第{number}条。"
            row = {
                "instruction": f"{name}第{number}问：茶要怎样泡？",
                "input": "",
                "output": answer,
            }
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return file


def client(live: Installation, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=f"{live.url}/api/projects/{SLUG}/",
        headers={"Authorization": f"Bearer {token}"},
        timeout=20,
        transport=httpx.HTTPTransport(retries=5),  # of connecting only: nothing was sent
    )


def bring(lead: httpx.Client, file: Path) -> int:
    """Upload a file; returns the number of its batch."""
    fields = {"source": "茶", "recipe": "alpaca", "licence": "CC0-1.0"}
    with file.open("rb") as content:
        answer = lead.post("imports", data=fields, files={"file": (file.name, content)})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["batch"]["id"])


@dataclass
class Annotator:
    """Takes pair after pair; sends a decision again until it is answered, as a person would."""

    client: httpx.Client
    name: str
    told: list[str] = field(default_factory=list)  # decisions that were answered with success
    lost: int = 0  # answered with 409
    again: int = 0  # requests that had to be repeated
    ended: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        while not self.ended.is_set():
            work = self.ask("claims", {}).json()["next"]
            if work is None:
                self.ended.wait(0.5)
                continue
            self.decide(work["claim"])
            self.ended.wait(0.05)  # a hundred times as fast as a person

    def decide(self, claim: int) -> None:
        note = f"{self.name} decides on claim {claim}"
        answer = self.ask(f"claims/{claim}/submit", {**self.decision(claim), "note": note})
        if answer.status_code == 200:
            self.told.append(note)
        else:
            assert answer.status_code == 409, answer.text
            self.lost += 1

    def decision(self, claim: int) -> dict[str, object]:
        decisions: list[dict[str, object]] = [
            {"verb": "accept"},
            {"verb": "rewrite", "text": f"{self.name}把第{claim}份答案重写了一遍。"},
            {"verb": "reject", "reasons": ["wrong"]},
        ]
        return decisions[claim % 3]

    def ask(self, path: str, data: dict[str, object]) -> httpx.Response:
        """The first answer that is not the server's failure, however often it takes to ask."""
        while True:
            with suppress(httpx.TransportError):
                answer = self.client.post(path, json=data)
                if answer.status_code < 500:
                    return answer
            self.again += 1
            time.sleep(0.2)


@contextmanager
def at_work(annotators: list[Annotator]) -> Iterator[None]:
    threads = [threading.Thread(target=each.work, name=each.name) for each in annotators]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for each in annotators:
            each.ended.set()
        for each, thread in zip(annotators, threads, strict=True):
            thread.join(60)
            each.client.close()
    assert not any(thread.is_alive() for thread in threads)


# What is killed


def killed(
    live: Installation,
    service: str,
    lead: httpx.Client,
    annotators: list[Annotator],
    place: Path,
) -> int:
    """kill -9 in the middle of an import, and wait until all of the work goes on; returns its batch."""
    victim = live.running(service)
    batch = bring(lead, rows_file(place, service, ROWS))
    eventually(lambda: stored(live, batch) >= CHUNK, 180)
    before = {"told": told(annotators), "lines": stored(live, batch), **counted(live)}
    dying = time.time()
    victim.kill()
    began = time.monotonic()
    assert before["lines"] < ROWS, "the import was over before it could be disturbed"
    eventually(lambda: born(live, service) > dying, 60)
    live.wait_for_page(60)
    answering = time.monotonic() - began
    eventually(lambda: stored(live, batch) > before["lines"], 180)
    eventually(lambda: told(annotators) > before["told"], 180)
    going_on = time.monotonic() - began
    eventually(lambda: stored(live, batch) == ROWS, 180)
    after = {"told": told(annotators), "lines": stored(live, batch), **counted(live)}
    print(f"\nkill -9 {service}\n  before {before}\n  after  {after}")
    print(f"  answers after {answering:.1f} s, import and annotators go on after {going_on:.1f} s,")
    print(f"  requests repeated so far: {sum(each.again for each in annotators)}")
    return batch


def told(annotators: list[Annotator]) -> int:
    """Decisions that were answered with success."""
    return sum(len(each.told) for each in annotators)


def born(live: Installation, service: str) -> float:
    """When the oldest process of a service began: children outlive the one killed for a moment."""
    found = live.named(WORDS[service])
    return found[0].create_time() if found else 0.0


# What is there


def stored(live: Installation, batch: int) -> int:
    """Lines behind the checkpoint."""
    return int(
        insistent(
            lambda: live.one("SELECT next_line - 1 FROM annotation_batch WHERE id = %s", batch)
        )
    )


PROJECT = of_project(SLUG)


def counted(live: Installation) -> dict[str, int]:
    sql = (
        f"SELECT (SELECT count(*) FROM annotation_pair WHERE {PROJECT}),"
        f" (SELECT count(*) FROM annotation_pair WHERE state = 'queued' AND {PROJECT}),"
        f" (SELECT count(*) FROM annotation_claim WHERE done_at IS NOT NULL AND {PROJECT}),"
        " (SELECT count(*) FROM annotation_annotation annotation JOIN annotation_pair pair"
        f" ON pair.id = annotation.pair_id WHERE pair.{PROJECT}),"
        " (SELECT count(*) FROM annotation_job"
        f" WHERE state IN ('waiting', 'running', 'paused') AND {PROJECT})"
    )
    names = ("pairs", "queued", "claims done", "annotations", "jobs")
    (row,) = insistent(lambda: live.rows(sql))
    return dict(zip(names, row, strict=True))


def every_row_is_there_once(live: Installation, batch: int) -> None:
    lines = "count(*), count(DISTINCT line), min(line), max(line), count(DISTINCT row_hash)"
    rows = live.rows(f"SELECT {lines} FROM annotation_pair WHERE batch_id = %s", batch)
    assert rows == [(ROWS, ROWS, 1, ROWS, ROWS)]
    figures = "added, already_here, next_line - 1"
    figured = live.rows(f"SELECT {figures} FROM annotation_batch WHERE id = %s", batch)
    assert figured == [(ROWS, 0, ROWS)]
    states = live.rows(f"SELECT DISTINCT state FROM annotation_job WHERE {PROJECT}")
    assert states == [("done",)]
    answers = (
        "SELECT count(*) FROM annotation_response response JOIN annotation_pair pair"
        " ON pair.id = response.pair_id WHERE batch_id = %s AND parent_id IS NULL"
    )
    assert live.one(answers, batch) == ROWS


def states_counted(live: Installation) -> dict[str, int]:
    decided = counted(live)["annotations"]
    return {"queued": len(SERVICES) * ROWS + WAITING - decided, "annotated": decided}


def nothing_is_stuck(live: Installation) -> None:
    """Each queued pair has its slot, which is free or with somebody who is still at it."""
    slots = (
        "SELECT count(*), count(claim.id), count(claim.holder_id) FROM annotation_pair pair"
        f" LEFT JOIN annotation_claim claim ON claim.pair_id = pair.id"
        f" WHERE pair.state = 'queued' AND pair.{PROJECT} AND claim.done_at IS NULL"
    )
    ((queued, open_slots, held),) = live.rows(slots)
    assert queued == open_slots == counted(live)["queued"]
    assert held <= len(PEOPLE) - 1
    unmeasured = (
        f"SELECT count(*) FROM annotation_pair pair WHERE {PROJECT} AND NOT EXISTS"
        " (SELECT FROM annotation_finding finding WHERE finding.pair_id = pair.id)"
    )
    assert live.one(unmeasured) == 0
