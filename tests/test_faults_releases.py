"""Killing workers through the freezing and the building of a release: whole or not there, at any moment.

`pytest -m faults -s` prints how often, and what stood when.
"""

import hashlib
import json
import random
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from celery import Celery

from cqia.lib import merkle
from tests.live import WORDS, Installation, eventually
from tests.test_faults_prefilter import doorbell

pytestmark = pytest.mark.faults

SLUG = "frozen"
ROWS, KILLS = 10_000, 8
OF_IT = f"project_id = (SELECT id FROM annotation_project WHERE slug = '{SLUG}')"


def test_a_release_is_whole_or_not_there(live: Installation) -> None:
    token = live.make_project(SLUG, freezer="lead")["freezer"]
    live.cqia("shell", "--verbosity", "0", "-c", _APPROVED)
    bell, dice = doorbell(live), random.Random(16)
    ask(live, token)
    stood: list[tuple[int, int]] = []
    for _ in range(KILLS):
        if is_over(live):
            ask(live, token)  # a quick machine: another release
        eventually(lambda: live.named(WORDS["worker-cpu"]), 60)
        bell.send_task("annotation.ring_idle_jobs", queue="cpu", expires=10)
        eventually(lambda: is_held(live) or is_over(live), 60)
        time.sleep(dice.uniform(0, 12))
        kill(live)
        stood.append((releases(live), files(live)))
        nothing_is_half_there(live)
    bell.send_task("annotation.ring_idle_jobs", queue="cpu", expires=60)
    keep_ringing_until_it_is_over(live, bell)
    print(f"\n{KILLS} kills; releases and files that stood after each: {stood}")
    assert {state for (state,) in live.rows(f"SELECT state FROM annotation_job WHERE {JOB}")} == {
        "done"
    }
    asked = live.one(f"SELECT count(*) FROM annotation_job WHERE {JOB}")
    assert releases(live) == asked
    nothing_is_half_there(live)
    every_file_is_what_is_listed(live)


JOB = f"task = 'review.freeze' AND {OF_IT}"


def ask(live: Installation, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{live.url}/api/projects/{SLUG}/releases"
    answer = httpx.post(url, json={"summary": "茶"}, headers=headers, timeout=60)
    assert answer.status_code == 202, answer.text


def is_over(live: Installation) -> bool:
    return not live.one(f"SELECT count(*) FROM annotation_job WHERE {JOB} AND finished_at IS NULL")


def is_held(live: Installation) -> bool:
    """Somebody works at it: jobs are held by advisory locks."""
    return bool(live.one("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"))


def keep_ringing_until_it_is_over(live: Installation, bell: Celery) -> None:
    def over() -> bool:
        bell.send_task("annotation.ring_idle_jobs", queue="cpu", expires=5)
        time.sleep(1)
        return is_over(live)

    eventually(over, 400)


def kill(live: Installation) -> None:
    """The worker and the processes that do its work."""
    for process in live.named(WORDS["worker-cpu"]):
        for each in [*process.children(recursive=True), process]:
            each.kill()


def releases(live: Installation) -> int:
    return int(live.one(f"SELECT count(*) FROM review_release WHERE {OF_IT}"))


def files(live: Installation) -> int:
    return int(
        live.one(
            "SELECT count(*) FROM review_releasefile file JOIN review_release release"
            f" ON release.id = file.release_id WHERE {OF_IT}"
        )
    )


def nothing_is_half_there(live: Installation) -> None:
    """Every item is one of a release, and each release has as many as it says, with their root."""
    assert live.one(
        "SELECT count(*) FROM review_releaseitem item WHERE NOT EXISTS"
        " (SELECT FROM review_release WHERE id = item.release_id)"
    ) == 0  # fmt: skip
    for pk, rows, root in live.rows(f"SELECT id, rows, root FROM review_release WHERE {OF_IT}"):
        leaves = [
            bytes(digest)
            for (digest,) in live.rows(
                "SELECT digest FROM review_releaseitem WHERE release_id = %s ORDER BY position", pk
            )
        ]
        assert (len(leaves), merkle.root(leaves).hex()) == (rows, root)
    for place in folders(live):
        listed = {name for (name,) in live.rows(_LISTED, place.name)}
        found = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
        unlisted = {name for name in found - listed if not name.endswith(".partial")}
        # Named a moment before they are listed, and whole: written anew by whoever goes on.
        assert all(whole(place / name) for name in unlisted), unlisted


_LISTED = f"""SELECT filename FROM review_releasefile file
 JOIN review_release release ON release.id = file.release_id
 WHERE version = %s AND {OF_IT}"""


def whole(path: Path) -> bool:
    """As many rows as were approved, in the formats that have a row for each."""
    if path.suffix != ".jsonl":
        return True
    lines = path.read_bytes().splitlines()
    return all(isinstance(json.loads(line), dict) for line in lines)


def folders(live: Installation) -> list[Path]:
    return [path for path in (live.home / "files" / "releases" / SLUG).glob("*") if path.is_dir()]


def every_file_is_what_is_listed(live: Installation) -> None:
    rows: list[tuple[Any, ...]] = live.rows(
        "SELECT version, filename, sha256 FROM review_releasefile file"
        f" JOIN review_release release ON release.id = file.release_id WHERE {OF_IT}"
    )
    assert rows
    for version, name, sha256 in rows:
        path = live.home / "files" / "releases" / SLUG / version / name
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256, name
    for place in folders(live):
        assert not list(place.rglob("*.partial"))


_APPROVED = f"""
from django.db import connection
from annotation.models import Batch, Project, Source
from cqia.accounts.models import User
MOVES = (("imported", "queue", "queued"), ("queued", "annotate", "annotated"),
    ("annotated", "approve", "approved"))
project, person = Project.objects.get(slug="{SLUG}"), User.objects.get(username="freezer")
source = Source.objects.create(project=project, name="茶", recipe="alpaca", licence="CC0-1.0",
    licence_kind="CC0-1.0", consent="not_needed", output_terms="none")
batch = Batch.objects.create(source=source, filename="t", path="t", sha256="0" * 64, size=1,
    kind="jsonl", encoding="utf-8", created_by=person)
values = [project.pk, source.pk, batch.pk, {ROWS}]
with connection.cursor() as cursor:
    cursor.execute('''INSERT INTO annotation_pair (project_id, source_id, batch_id, line, row_hash,
        content_hash, state, instruction, input, system, history, task_major, task_minor, domain,
        metadata, verified_upstream, copyright, created_at)
        SELECT %s, %s, %s, n, gen_random_uuid(), gen_random_uuid(), 'approved', '第' || n || '问？', '',
               '', '[]', '{{}}', '{{}}', '{{}}', '', false, '', now()
          FROM generate_series(1, %s) n''', values)
    cursor.execute('''INSERT INTO annotation_response (pair_id, text, origin, model, position, created_at)
        SELECT id, '第' || line || '个答案。', 'human', '', 0, now() FROM annotation_pair
         WHERE batch_id = %s''', [batch.pk])
    cursor.execute('''INSERT INTO review_review (pair_id, reviewer_id, verb, response_id, remark, seconds,
        created_at) SELECT pair_id, %s, 'approve', answer.id, '', 5, now()
          FROM annotation_response answer JOIN annotation_pair pair ON pair.id = pair_id
         WHERE batch_id = %s''', [person.pk, batch.pk])
    for before, verb, after in MOVES:
        cursor.execute('''INSERT INTO annotation_transition (pair_id, verb, before, after, actor_id,
            reason, note, at) SELECT id, %s, %s, %s, %s, '', '', now() FROM annotation_pair
             WHERE batch_id = %s''', [verb, before, after, person.pk, batch.pk])
    for check in ("contamination", "personal_data"):
        from annotation.checks import CHECK_OF
        cursor.execute('''INSERT INTO annotation_finding (pair_id, project_id, check_id, version, score,
            evidence) SELECT id, project_id, %s, %s, 0, '' FROM annotation_pair WHERE batch_id = %s''',
            [check, CHECK_OF[check].version_in(project.pk), batch.pk])
"""
