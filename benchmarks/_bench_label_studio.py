"""The same people at Label Studio, from its package in an environment of its own, on the PostgreSQL and
with the web server that benchmarks/workbench.py measures us by: 2 processes of 8 threads; and its
export of annotated tasks, for benchmarks/release.py.

    python -m venv peer && peer/bin/pip install label-studio==1.23.2 gunicorn

Each decision is the least that its page asks for: the next task, then the annotation. Its page asks
more often than that, its drafts are not counted. Given that other Python and `--serve`, `--prepare` or
`--annotate`, this file is what runs there.
"""

import contextlib
import json
import os
import queue
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import _bench_servers as servers

VERSION = "import importlib.metadata as m; print(m.version('label-studio'))"
DATABASE = "label_studio"
# A choice and a text area, as our page has.
CONFIG = """<View><Text name="question" value="$question"/><Text name="answer" value="$answer"/>
<Choices name="verb" toName="answer"><Choice value="accept"/><Choice value="rewrite"/>
<Choice value="reject"/></Choices><TextArea name="text" toName="answer" value="$answer"/></View>"""


def measure(python: str, database_port: int, told: dict, windows: int) -> dict[str, object]:
    """Decisions a second of so many people who never pause: the median of some windows."""
    with (
        tempfile.TemporaryDirectory(prefix="cqia-peer-") as place,
        _served(python, database_port, place) as port,
    ):
        prepared = _asked(python, "--prepare", place, database_port, told)
        rates, took = [], []
        people = {"port": port, "seconds": told["seconds"], **prepared}
        annotate(**people | {"seconds": 3})
        for _ in range(windows):
            window = annotate(**people)
            rates.append(len(window["took"]) / window["seconds"])
            took += window["took"]
            print(f"Label Studio: {rates[-1]:.1f} decisions/s")
    ordered = sorted(took)
    version = subprocess.run([python, "-c", VERSION], capture_output=True, text=True, check=True)
    return {
        "name": "Label Studio",
        "version": version.stdout.strip(),
        "requests_a_decision": 2,
        "decisions_per_s": round(statistics.median(rates), 1),
        "spread": [round(min(rates), 1), round(max(rates), 1)],
        "p50_ms": round(1000 * ordered[len(ordered) // 2], 1),
        "p99_ms": round(1000 * ordered[int(0.99 * len(ordered))], 1),
        "given_twice": _given_twice(database_port),
    }


def measure_export(
    python: str, database_port: int, rows: int, repetitions: int
) -> dict[str, object]:
    """Seconds of its JSON export of so many annotated tasks, from the request to the last byte."""
    with (
        tempfile.TemporaryDirectory(prefix="cqia-peer-") as place,
        _served(python, database_port, place) as port,
    ):
        told = {"pairs": rows, "sessions": 1, "seconds": 0, "annotated": True}
        prepared = _asked(python, "--prepare", place, database_port, told)
        took, size = [], 0
        for _ in range(repetitions):
            began = time.perf_counter()
            size = _exported(port, prepared["project"], prepared["tokens"][0], rows)
            took.append(time.perf_counter() - began)
            print(f"Label Studio: {rows} tasks exported in {took[-1]:.1f} s")
    version = subprocess.run([python, "-c", VERSION], capture_output=True, text=True, check=True)
    return {
        "name": "Label Studio",
        "version": version.stdout.strip(),
        "export_seconds": round(statistics.median(took), 2),
        "spread": [round(min(took), 2), round(max(took), 2)],
        "bytes": size,
    }


def _exported(port: int, project: int, token: str, rows: int) -> int:
    """Bytes of a whole export."""
    connection = HTTPConnection("127.0.0.1", port)
    path = f"/api/projects/{project}/export?exportType=JSON"
    connection.request("GET", path, headers={"Authorization": f"Token {token}"})
    answer = connection.getresponse()
    said = answer.read()
    assert answer.status == 200, said[:500]
    assert said.count(b'"choices"') >= rows
    return len(said)


def environment(place: str, database_port: int) -> dict[str, str]:
    from cqia.embedded import home

    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")},
        "DJANGO_DB": "default",
        "DJANGO_SETTINGS_MODULE": "label_studio.core.settings.label_studio",
        "POSTGRE_NAME": DATABASE,
        "POSTGRE_USER": "cqia",
        "POSTGRE_PASSWORD": (home.path() / "database-password").read_text(),
        "POSTGRE_HOST": "127.0.0.1",
        "POSTGRE_PORT": str(database_port),
        "LABEL_STUDIO_BASE_DATA_DIR": place,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "LOG_LEVEL": "ERROR",
        "DEBUG": "false",
    }


@contextlib.contextmanager
def _served(python: str, database_port: int, place: str) -> Iterator[int]:
    """Its tables, and its web server; yields the port."""
    _ask_database("CREATE DATABASE " + DATABASE)
    around = environment(place, database_port)
    subprocess.run([python, __file__, "--serve"], env=around, check=True, stdout=subprocess.DEVNULL)
    port = servers.free_port()
    command = [python, "-m", "gunicorn", "-k", "gthread", "-w", "2", "--threads", "8"]
    command += ["--preload", "--keep-alive", "30", "-b", f"127.0.0.1:{port}"]
    command += ["--chdir", place, "_peer_wsgi"]
    Path(place, "_peer_wsgi.py").write_text(WSGI)
    web = subprocess.Popen(command, env=around)
    try:
        servers.wait_for(port, 180)
        yield port
    finally:
        web.send_signal(signal.SIGTERM)
        web.wait(60)


WSGI = """
import os, sys
import label_studio.server as server
server._setup_env()
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""


def _asked(python: str, what: str, place: str, database_port: int, told: dict) -> dict:
    run = [python, __file__, what, json.dumps(told)]
    around = environment(place, database_port)
    done = subprocess.run(run, env=around, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _ask_database(sql: str) -> list[tuple]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def _given_twice(database_port: int) -> int:
    """Tasks that were decided more often than its project asks, which is once."""
    import psycopg
    from django.db import connection

    where = {**connection.get_connection_params(), "dbname": DATABASE}
    where = {name: where[name] for name in ("host", "port", "user", "password", "dbname")}
    with psycopg.connect(**where) as other:
        sql = "SELECT count(*) FROM (SELECT FROM task_completion GROUP BY task_id HAVING count(*) > 1) t"
        return int(other.execute(sql).fetchone()[0])


# The people


def annotate(port: int, seconds: float, project: int, tokens: list[str]) -> dict:
    """Everybody decides for so long, without a pause, each in a thread of their own."""
    took: queue.Queue[float] = queue.Queue()
    begun = time.perf_counter()
    until = begun + seconds
    threads = [
        threading.Thread(target=_decide, args=[port, project, token, until, took])
        for token in tokens
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - begun
    return {"seconds": spent, "took": list(took.queue)}


def _decide(port: int, project: int, token: str, until: float, took: "queue.Queue[float]") -> None:
    connection = HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}

    def ask(method: str, path: str, body: object = None) -> dict:
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {said[:500]!r}")
        return json.loads(said)

    while time.perf_counter() < until:
        begun = time.perf_counter()
        task = ask("GET", f"/api/projects/{project}/next/")
        ask("POST", f"/api/tasks/{task['id']}/annotations/?project={project}", _annotation())
        took.put(time.perf_counter() - begun)


def _annotation() -> dict:
    chosen = {"from_name": "verb", "to_name": "answer", "type": "choices"}
    return {"result": [{**chosen, "value": {"choices": ["accept"]}}], "lead_time": 2.0}


# In the environment of the peer


def _prepare(pairs: int, sessions: int, seconds: float, annotated: bool = False) -> dict:
    """A project with so many tasks, and people with tokens, through its own models."""
    import label_studio.server as server

    server._setup_env()
    from organizations.models import Organization
    from projects.models import Project
    from tasks.models import Annotation, Task
    from users.models import User

    people = [
        User.objects.create_user(email=f"annotator-{n}@example.com", password="a password, long")
        for n in range(sessions)
    ]
    organization = Organization.create_organization(created_by=people[0], title="Bench")
    organization.jwt.legacy_api_tokens_enabled = True
    organization.jwt.save()
    for each in people:
        organization.add_user(each) if each != people[0] else None
        each.active_organization = organization
        each.save()
    project = Project.objects.create(
        title="Bench",
        label_config=CONFIG,
        created_by=people[0],
        organization=organization,
        maximum_annotations=1,
        is_published=True,
    )
    answers = servers.answers()
    tasks = (
        Task(
            project=project,
            inner_id=n,
            overlap=1,
            data={"question": servers.QUESTION.replace("{n}", str(n)), "answer": answers[n % 8]},
        )
        for n in range(1, pairs + 1)
    )
    Task.objects.bulk_create(tasks, batch_size=2000)
    if annotated:
        result = _annotation()["result"]
        Annotation.objects.bulk_create(
            (
                Annotation(task_id=task, project=project, completed_by=people[0], result=result)
                for task in Task.objects.values_list("pk", flat=True)
            ),
            batch_size=2000,
        )
        Task.objects.update(is_labeled=True, total_annotations=1)
    return {"project": project.pk, "tokens": [each.reset_token().key for each in people]}


def _migrate() -> None:
    import label_studio.server as server

    server._setup_env()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        _migrate()
    else:
        print(json.dumps(_prepare(**json.loads(sys.argv[2]))))
