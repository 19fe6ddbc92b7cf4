"""Killing workers fifty times through one run of the pre-filter: every pair is measured once.

`pytest -m faults -s` prints what was killed and how long it took.
"""

import json
import random
import time
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest
from celery import Celery

from annotation.checks import CORPUS_CHECKS, PROJECT_CHECKS, TEXT_CHECKS
from annotation.prefilter import CHUNK_SPACE
from tests.live import WORDS, Installation, eventually

pytestmark = pytest.mark.faults

SLUG = "kills"
ROWS, KILLS = 6_000, 50  # of each file
PARENT_EVERY = 15  # kills of the whole worker among those of the processes that do its work
CHECKS = sorted(check.id for check in (*TEXT_CHECKS, *PROJECT_CHECKS, *CORPUS_CHECKS))
PROJECT = f"project_id = (SELECT id FROM annotation_project WHERE slug = '{SLUG}')"
RUN = f"task = 'annotation.run_prefilter' AND {PROJECT}"


def test_every_pair_is_measured_once_whoever_is_killed(live: Installation, tmp_path: Path) -> None:
    begun, dice = time.monotonic(), random.Random(50)
    token = live.make_project(SLUG, chief="lead")["chief"]
    live.rows(f"UPDATE annotation_project SET {AUDITED} WHERE slug = %s RETURNING id", SLUG)
    bell, brought = doorbell(live), 0
    for number in range(1, KILLS + 1):
        if measured(live) >= brought - ROWS // 4:  # a quick machine: more to do
            bring(live, token, rows_file(tmp_path / f"{brought}.jsonl", dice))
            brought += ROWS
            wait_for_import(live, brought)
        eventually(lambda: measuring(live), 180)
        time.sleep(dice.uniform(0, 0.6))
        kill(live, dice, parent=number % PARENT_EVERY == 0)
        bell.send_task("annotation.ring_idle_jobs", queue="cpu", expires=10)
    at_last = measured(live)
    eventually(lambda: measured(live) == brought and not working(live), 400)
    print(f"\n{KILLS} kills, the last with {at_last} of {brought} pairs measured;", end=" ")
    print(f"done after {time.monotonic() - begun:.0f} s")
    assert at_last < brought
    every_pair_has_each_finding_once(live, brought)
    the_history_leads_to_each_state(live)
    whoever_is_queued_has_a_slot(live)


AUDITED = "audit_dropped_share = 20, audit_kept_share = 20"
LIVE = "state IN ('waiting', 'running', 'paused')"


def rows_file(file: Path, dice: random.Random) -> Path:
    """Different texts; every tenth answer too short, every eleventh pair the copy of an earlier one."""
    rows: list[dict[str, str | int]] = []
    for number in range(ROWS):
        answer = "".join(chr(0x4E00 + dice.randrange(3000)) for _ in range(120))
        row: dict[str, str | int] = {
            "instruction": f"第{number}问：{answer[:12]}？",
            "input": "",
            "output": answer,
        }
        if number % 10 == 9:
            row["output"] = "好"
        if number % 11 == 10:
            row = {**rows[dice.randrange(len(rows))], "note": number}
        rows.append(row)
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return file


def bring(live: Installation, token: str, file: Path) -> None:
    fields = {"source": "茶", "recipe": "alpaca", "licence": "CC0-1.0"}
    headers = {"Authorization": f"Bearer {token}"}
    with file.open("rb") as content:
        answer = httpx.post(
            f"{live.url}/api/projects/{SLUG}/imports",
            data=fields,
            files={"file": (file.name, content)},
            headers=headers,
            timeout=60,
        )
    assert answer.status_code == 201, answer.text


def doorbell(live: Installation) -> Celery:
    """What beat does every ten seconds, without the wait."""
    port = json.loads((live.home / "run.json").read_text())["redis_port"]
    password = (live.home / "redis-password").read_text().strip()
    return Celery(broker=f"redis://:{password}@127.0.0.1:{port}/0")


def measured(live: Installation) -> int:
    """Pairs decided on so far."""
    return int(
        live.one(f"SELECT count(*) FROM annotation_pair WHERE state <> 'imported' AND {PROJECT}")
    )


def wait_for_import(live: Installation, pairs: int) -> None:
    stored = f"SELECT count(*) FROM annotation_pair WHERE {PROJECT}"
    eventually(lambda: live.one(stored) == pairs, 180)


def measuring(live: Installation) -> bool:
    """Whether somebody is on a chunk at this moment: its lock is held."""
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid::bigint = %s"
    return bool(live.one(locks, CHUNK_SPACE))


def working(live: Installation) -> bool:
    return bool(live.one(f"SELECT count(*) FROM annotation_job WHERE {LIVE} AND {PROJECT}"))


def kill(live: Installation, dice: random.Random, *, parent: bool) -> None:
    """One of the processes that do the work, or the one that keeps them."""
    eventually(lambda: children(live))
    processes = live.named(WORDS["worker-cpu"]) if parent else children(live)
    with suppress(psutil.NoSuchProcess, IndexError):  # gone in the meantime
        victim = dice.choice(processes)
        victim.kill()
        if parent:
            victim.wait(20)


def children(live: Installation) -> list[psutil.Process]:
    """The processes that do the work of the worker, once it has begun."""
    with suppress(psutil.NoSuchProcess):
        return [child for worker in live.named(WORDS["worker-cpu"]) for child in worker.children()]
    return []


def every_pair_has_each_finding_once(live: Installation, pairs: int) -> None:
    assert live.one(f"SELECT sum(done) FROM annotation_job WHERE {RUN}") == pairs
    found = live.rows(
        "SELECT checks, count(*) FROM (SELECT array_agg(check_id ORDER BY check_id) AS checks"
        f" FROM annotation_finding WHERE {PROJECT} AND check_id = ANY(%s) GROUP BY pair_id) AS each"
        " GROUP BY checks",
        CHECKS,
    )
    assert found == [(CHECKS, pairs)]
    versions = f"SELECT DISTINCT check_id, version FROM annotation_finding WHERE {PROJECT}"
    known = [check_id for check_id, _ in live.rows(versions) if check_id in CHECKS]
    assert sorted(known) == CHECKS


def the_history_leads_to_each_state(live: Installation) -> None:
    moves = (
        "SELECT pair.id, pair.state, array_agg(move.before || '>' || move.after ORDER BY move.id)"
        " FROM annotation_pair pair LEFT JOIN annotation_transition move ON move.pair_id = pair.id"
        f" WHERE pair.{PROJECT} GROUP BY pair.id"
    )
    ways = {
        ("queued", ("imported>queued",)),
        ("dropped", ("imported>dropped",)),
        ("queued", ("imported>dropped", "dropped>queued")),  # drawn for the audit
    }
    gone = {(state, tuple(way)) for _, state, way in live.rows(moves)}
    assert gone <= ways
    assert {state for state, _ in gone} == {"queued", "dropped"}


def whoever_is_queued_has_a_slot(live: Installation) -> None:
    slots = (
        "SELECT pair.state, count(*), count(claim.id) FROM annotation_pair pair"
        f" LEFT JOIN annotation_claim claim ON claim.pair_id = pair.id WHERE pair.{PROJECT}"
        " GROUP BY pair.state"
    )
    counts = {state: (pairs, claims) for state, pairs, claims in live.rows(slots)}
    assert counts["queued"][0] == counts["queued"][1]
    assert counts["dropped"][1] == 0
