"""Decisions a second: submit-and-next, one request, with annotators who never pause.

Starts a PostgreSQL of its own (durable, as `cqia up` sets it), queues pairs, starts the web server as
`cqia up` does, and lets sessions decide from another process over kept-alive connections, reading
each page for its next claim as a browser would. The last line of its output is one JSON object.

    python benchmarks/workbench.py [--quick] [--pairs 100000] [--sessions 32]
"""

import argparse
import contextlib
import html
import json
import os
import platform
import random
import re
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_plus

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
CSRF = "b" * 32
CLAIM = re.compile(rb'action="(/p/bench/annotate/claims/\d+/submit)"')
TEXT = re.compile(rb'<textarea class="editor"[^>]*>\n(.*?)</textarea>', re.S)
LENGTH = re.compile(rb"Content-Length: (\d+)", re.I)


# The server's side


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def servers(place: str) -> Iterator[tuple[int, subprocess.Popen, subprocess.Popen]]:
    """PostgreSQL with the tables, then the web server; yields its port and both processes."""
    os.chmod(place, 0o711)
    for own in ("CQIA_DATABASE_URL", "CQIA_REDIS_URL"):
        os.environ.pop(own, None)
    os.environ |= {"CQIA_HOME": place, "DJANGO_SETTINGS_MODULE": "cqia.settings"}
    from cqia.embedded import home, postgres, programs

    home.ensure()
    (home.path() / "logs").mkdir()
    home.write_run({"postgres_port": free_port(), "redis_port": free_port()})
    postgres.create_cluster()
    command = postgres.command(home.read_run()["postgres_port"], {})
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    database = subprocess.Popen(**postgres.account().popen(command), cwd="/", **quiet)
    web = None
    try:
        while not postgres.answers():
            time.sleep(0.05)
        for step in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
            subprocess.run([sys.executable, ROOT / "manage.py", *step], check=True)
        port = free_port()
        web = subprocess.Popen(programs.web("127.0.0.1", port).command, cwd=ROOT)
        yield port, web, database
    finally:
        for process, ask in ((web, signal.SIGTERM), (database, signal.SIGINT)):
            if process is not None:
                process.send_signal(ask)
                process.wait(30)


def answers() -> list[str]:
    """Eight answers of 60 to 1,400 characters, some with Markdown, like those people meet."""
    line = "绿茶未经发酵，沸水会烫熟细嫩的叶片，使茶多酚大量溶出，茶汤因而发黄、味道变苦。"
    steps = "\n".join(f"{n}. **第{n}步**：{line}" for n in range(1, 7))
    code = f"{line}\n\n```python\nprint('水温', 80)\n```\n\n{line * 3}"
    table = f"{line * 2}\n\n| 茶 | 水温 |\n|---|---|\n| 绿茶 | 80 |\n| 红茶 | 95 |\n"
    long = [f"{line * 4}\n\n" * 3, f"{line * 8}\n\n" * 4]
    return [line + line, line * 4, line * 7, steps, code, table, *long]


def queue_pairs(number: int) -> None:
    """Imported by SQL, queued by the verbs that the pre-filter uses."""
    import django

    django.setup()
    from django.db import connection

    from annotation import queue, workflow
    from annotation.models import Batch, Pair, Project, Source

    project = Project.objects.create(slug="bench", name="Bench")
    source = Source.objects.create(project=project, name="社区问答", recipe="cqia")
    blank = {"filename": "b", "path": "b", "sha256": "0" * 64, "size": 0, "kind": "jsonl"}
    batch = Batch.objects.create(source=source, encoding="utf-8", **blank)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO annotation_pair (project_id, source_id, batch_id, line, row_hash,"
            " content_hash, state, instruction, input, system, history, task_major, task_minor,"
            " domain, metadata, verified_upstream, copyright, created_at)"
            " SELECT %s, %s, %s, n, gen_random_uuid(), gen_random_uuid(), 'imported',"
            " '第' || n || '问：为什么绿茶不宜用沸水冲泡？请说明理由。', '', '', '[]', '{问答}',"
            " '{百科问答}', '{生活}', '', false, '', now() FROM generate_series(1, %s) n",
            [project.pk, source.pk, batch.pk, number],
        )
        cursor.execute(
            "INSERT INTO annotation_response (pair_id, text, origin, model, position, created_at)"
            " SELECT id, (%s::text[])[1 + id %% 8], 'human', '', 0, now() FROM annotation_pair",
            [answers()],
        )
    ids = list(Pair.objects.order_by("id").values_list("id", flat=True))
    for start in range(0, number, 20_000):
        chunk = ids[start : start + 20_000]
        workflow.move_many("queue", [workflow.Wanted(pk) for pk in chunk])
        queue.open_slots(chunk, project)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def sign_in(number: int) -> list[str]:
    """As many annotators, each with a session; returns the keys of their cookies."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from annotation.models import Guideline, Project
    from cqia.accounts.models import Membership, User

    project, keys = Project.objects.get(), []
    Guideline.objects.create(project=project, version=1, text="写清楚。")
    for each in range(number):
        user = User.objects.create(username=f"annotator-{each}", password="!")
        Membership.objects.create(user=user, project=project, role="annotator")
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        keys.append(session.session_key)
    return keys


def given_twice() -> int:
    """Slots that were decided twice, or whose pair was; 0 or the queue is broken."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT claim_id FROM annotation_annotation GROUP BY claim_id"
            " HAVING count(*) > 1 UNION ALL SELECT pair_id FROM annotation_annotation"
            " GROUP BY pair_id HAVING count(*) > 1) AS double"
        )
        (double,) = cursor.fetchone()
        return int(double)


def cpu_seconds(process: subprocess.Popen) -> float:
    """Of a process and its children, dead ones included."""
    import psutil

    total = 0.0
    parent = psutil.Process(process.pid)
    for each in [parent, *parent.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):
            times = each.cpu_times()
            total += times.user + times.system
    return total


# The annotators' side


@dataclass
class Annotator:
    """One session on one connection."""

    cookie: str
    port: int
    connection: socket.socket = field(init=False)
    page: bytearray = field(default_factory=bytearray)
    sent: float = 0.0
    size: int = 0

    def __post_init__(self) -> None:
        self.connection = socket.create_connection(("127.0.0.1", self.port))
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method: str, path: str, body: str = "") -> None:
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nHX-Request: true\r\n"
            f"Cookie: sessionid={self.cookie}; csrftoken={CSRF}\r\nX-CSRFToken: {CSRF}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )
        self.page.clear()
        self.size = 0
        self.sent = time.perf_counter()
        self.connection.sendall(head.encode())

    def decide(self, chance: random.Random) -> None:
        """Submit what the page asks for."""
        page = bytes(self.page)
        action, text = CLAIM.search(page), TEXT.search(page)
        if action is None or text is None:
            raise SystemExit(f"No pair on the page:\n{page.decode()[:3000]}")
        answer = html.unescape(text[1].decode())
        dice = chance.random()
        if dice < 0.15:
            body = f"verb=reject&reason=wrong&text={quote_plus(answer)}"
        else:
            edit = "水温以八十度为宜。" if dice < 0.4 else ""
            body = f"verb={'rewrite' if edit else 'accept'}&text={quote_plus(answer + edit)}"
        self.ask("POST", action[1].decode(), f"{body}&note=&guideline=1")

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


def annotate(port: int, cookies: list[str], seconds: float, pause: float) -> dict[str, object]:
    """Everybody decides for so long; `pause` seconds between an answer and the next decision."""
    chance, waiting = random.Random(port), selectors.DefaultSelector()
    everybody = [Annotator(cookie, port) for cookie in cookies]
    for each in everybody:
        waiting.register(each.connection, selectors.EVENT_READ, each)
        each.ask("GET", "/p/bench/annotate/")
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
            took.append(time.perf_counter() - each.sent)
            sizes.append(each.size)
            due.append((time.perf_counter() + pause * chance.uniform(0.5, 1.5), each))
    spent = time.perf_counter() - begun
    return {
        "seconds": spent,
        "took": took[len(everybody) :],  # the first page of each is no decision
        "bytes": statistics.median(sizes),
        "client_cpu": (time.process_time() - cpu) / spent,
    }


def in_another_process(port: int, cookies: list[str], seconds: float, pause: float) -> dict:
    told = json.dumps({"port": port, "cookies": cookies, "seconds": seconds, "pause": pause})
    run = [sys.executable, __file__, "--annotate", told]
    done = subprocess.run(run, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(done.stdout)
    return json.loads(done.stdout)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(pairs: int, sessions: int, seconds: float, windows: int) -> dict[str, object]:
    with (
        tempfile.TemporaryDirectory(prefix="cqia-bench-") as place,
        servers(place) as (port, web, database),
    ):
        queue_pairs(pairs)
        cookies = sign_in(sessions)
        in_another_process(port, cookies, 3, 0)  # warms caches and templates
        busy = []
        for _ in range(windows):
            before = [cpu_seconds(web), cpu_seconds(database)]
            window = in_another_process(port, cookies, seconds, 0)
            spent = [cpu_seconds(web) - before[0], cpu_seconds(database) - before[1]]
            number = len(window["took"])
            rate = number / window["seconds"]
            busy.append((rate, *(1000 * cpu / number for cpu in spent), window))
            print(f"{rate:.1f} decisions/s, p50 {1000 * percentile(window['took'], 0.5):.0f} ms")
        calm = in_another_process(port, cookies, 2 * seconds, 2)
        rates = [rate for rate, *_ in busy]
        return {
            "decisions_per_s": round(statistics.median(rates), 1),
            "spread": [round(min(rates), 1), round(max(rates), 1)],
            "p99_ms": round(1000 * percentile(calm["took"], 0.99), 1),
            "p50_ms": round(1000 * percentile(calm["took"], 0.5), 1),
            "p99_ms_without_pause": round(
                1000 * statistics.median(percentile(each[3]["took"], 0.99) for each in busy), 1
            ),
            "given_twice": given_twice(),
            "web_cpu_ms": round(statistics.median(each[1] for each in busy), 2),
            "postgres_cpu_ms": round(statistics.median(each[2] for each in busy), 2),
            "client_cpu_share": round(statistics.median(each[3]["client_cpu"] for each in busy), 2),
            "bytes_an_item": round(statistics.median(each[3]["bytes"] for each in busy)),
            "pairs": pairs,
            "sessions": sessions,
            "windows": windows,
            "window_s": seconds,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20,000 pairs and short windows")
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--sessions", type=int, default=32)
    parser.add_argument("--annotate", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.annotate:
        print(json.dumps(annotate(**json.loads(chosen.annotate))))
        return
    pairs = chosen.pairs or (20_000 if chosen.quick else 100_000)
    seconds, windows = (4, 3) if chosen.quick else (20, 5)
    load = os.getloadavg()[0]
    result = measure(pairs, chosen.sessions, seconds, windows)
    machine = {
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load_before": round(load, 2),
    }
    print(json.dumps({**result, "machine": machine}))


if __name__ == "__main__":
    main()
