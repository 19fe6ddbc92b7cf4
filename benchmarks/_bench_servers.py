"""What benchmarks/workbench.py measures: PostgreSQL, the web server, pairs in the queue, people.

PostgreSQL is durable and set as `cqia up` sets it, and so is the web server.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHUNK = 20_000  # pairs queued in one transaction
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@dataclass
class Servers:
    """What runs: the address of the page, both processes, and how to reach the database."""

    url: str
    web: subprocess.Popen
    database: subprocess.Popen
    database_port: int

    def cpu_seconds(self) -> tuple[float, float]:
        """Of the web server and of PostgreSQL so far, children included."""
        return _cpu_seconds(self.web), _cpu_seconds(self.database)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def running(place: str) -> Iterator[Servers]:
    """Both, with the tables, in a folder of their own; the settings of this process are theirs."""
    os.chmod(place, 0o711)
    for own in ("CQIA_DATABASE_URL", "CQIA_REDIS_URL"):
        os.environ.pop(own, None)
    os.environ |= {"CQIA_HOME": place, "DJANGO_SETTINGS_MODULE": "cqia.settings"}
    from cqia.embedded import home, postgres, programs

    home.ensure()
    (home.path() / "logs").mkdir()
    home.write_run({"postgres_port": free_port(), "redis_port": free_port()})
    postgres.create_cluster()
    database_port = home.read_run()["postgres_port"]
    command = postgres.command(database_port, {})
    database = subprocess.Popen(**postgres.account().popen(command), cwd="/", **QUIET)
    web = None
    try:
        while not postgres.answers():
            time.sleep(0.05)
        for step in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
            subprocess.run([sys.executable, ROOT / "manage.py", *step], check=True)
        port = free_port()
        web = subprocess.Popen(programs.web("127.0.0.1", port).command, cwd=ROOT)
        wait_for(port)
        import django

        django.setup()
        yield Servers(f"http://127.0.0.1:{port}", web, database, database_port)
    finally:
        for process, ask in ((web, signal.SIGTERM), (database, signal.SIGINT)):
            if process is not None:
                process.send_signal(ask)
                process.wait(60)


def wait_for(port: int, seconds: float = 90) -> None:
    """Until somebody listens there."""
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if time.monotonic() > deadline:
            raise SystemExit(f"Nothing listens on port {port}")
        time.sleep(0.1)


def _cpu_seconds(process: subprocess.Popen) -> float:
    """Of a process and its children, dead ones included."""
    import psutil

    total = 0.0
    parent = psutil.Process(process.pid)
    for each in [parent, *parent.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):
            times = each.cpu_times()
            total += times.user + times.system
    return total


# The queue

QUESTION = "第{n}问：为什么绿茶不宜用沸水冲泡？请说明理由。"


def answers() -> list[str]:
    """Eight answers of 60 to 1,400 characters, some with Markdown, like those people meet."""
    line = "绿茶未经发酵，沸水会烫熟细嫩的叶片，使茶多酚大量溶出，茶汤因而发黄、味道变苦。"
    steps = "\n".join(f"{n}. **第{n}步**：{line}" for n in range(1, 7))
    code = f"{line}\n\n```python\nprint('水温', 80)\n```\n\n{line * 3}"
    table = f"{line * 2}\n\n| 茶 | 水温 |\n|---|---|\n| 绿茶 | 80 |\n| 红茶 | 95 |\n"
    long = [f"{line * 4}\n\n" * 3, f"{line * 8}\n\n" * 4]
    return [line + line, line * 4, line * 7, steps, code, table, *long]


def make_project() -> None:
    from annotation.models import Batch, Guideline, Project, Source

    project = Project.objects.create(slug="bench", name="Bench")
    Guideline.objects.create(project=project, version=1, text="写清楚。")
    source = Source.objects.create(project=project, name="社区问答", recipe="cqia")
    blank = {"filename": "b", "path": "b", "sha256": "0" * 64, "size": 0, "kind": "jsonl"}
    Batch.objects.create(source=source, encoding="utf-8", **blank)


_PAIRS_SQL = """
INSERT INTO annotation_pair (project_id, source_id, batch_id, line, row_hash, content_hash, state,
       instruction, input, system, history, task_major, task_minor, domain, metadata,
       verified_upstream, copyright, created_at)
SELECT source.project_id, source.id, batch.id, n, gen_random_uuid(), gen_random_uuid(), 'imported',
       replace(%s, '{n}', n::text), '', '', '[]', '{问答}', '{百科问答}', '{生活}', '', false, '', now()
  FROM annotation_batch batch JOIN annotation_source source ON source.id = batch.source_id,
       generate_series(%s::int, %s::int) n
RETURNING id
"""
_ANSWERS_SQL = """
INSERT INTO annotation_response (pair_id, text, origin, model, position, created_at)
SELECT id, (%s::text[])[1 + id %% 8], 'human', '', 0, now() FROM unnest(%s::bigint[]) id
"""


def queue_pairs(first: int, last: int) -> None:
    """So many more pairs, imported by SQL, queued by the verbs that the pre-filter uses."""
    from django.db import connection

    from annotation import queue, workflow
    from annotation.models import Project

    project = Project.objects.get(slug="bench")
    for start in range(first, last + 1, CHUNK):
        with connection.cursor() as cursor:
            cursor.execute(_PAIRS_SQL, [QUESTION, start, min(start + CHUNK - 1, last)])
            ids = [pk for (pk,) in cursor.fetchall()]
            cursor.execute(_ANSWERS_SQL, [answers(), ids])
        workflow.move_many("queue", [workflow.Wanted(pk) for pk in ids])
        queue.open_slots(ids, project)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def sign_in(number: int, role: str = "annotator") -> list[str]:
    """As many people of this role, each with a session; returns the keys of their cookies."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from annotation.models import Project
    from cqia.accounts.models import Membership, User

    project, keys = Project.objects.get(), []
    for each in range(number):
        user = User.objects.create(username=f"{role}-{each}", password="!")
        Membership.objects.create(user=user, project=project, role=role)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "cqia.accounts.sessions.Backend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        keys.append(session.session_key)
    return keys


def decided() -> int:
    return _one("SELECT count(*) FROM annotation_annotation")


def given_twice() -> int:
    """Slots that were decided twice, or whose pair was; 0 or the queue is broken."""
    return _one(
        "SELECT count(*) FROM (SELECT claim_id FROM annotation_annotation GROUP BY claim_id"
        " HAVING count(*) > 1 UNION ALL SELECT pair_id FROM annotation_annotation"
        " GROUP BY pair_id HAVING count(*) > 1) AS double"
    )


def _one(sql: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        (value,) = cursor.fetchone()
        return int(value)
