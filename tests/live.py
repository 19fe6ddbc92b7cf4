"""A real `cqia up` in a home of its own: every process that people would have, and their commands."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from random import sample
from typing import Any, TypeVar

import psutil
import psycopg
import pytest

from cqia.embedded import home, processes
from cqia.embedded.ports import POOL, is_free

T = TypeVar("T")

# What the command line of each service holds, by the name that `cqia up` gives it.
WORDS = {
    "postgres": "bin/postgres -D",
    "redis": "redis-server",
    "web": "gunicorn",
    "worker-cpu": "worker -n cpu",
    "worker-gpu": "worker -n gpu",
    "beat": "cqia beat",
}


def eventually(fact: Callable[[], T], seconds: float = 40) -> T:
    """What `fact` says as soon as it is true; asked once each time, as it may not last."""
    deadline = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return found


class Installation:
    """A `cqia up` of its own, with a home whose path no Unix socket could hold."""

    def __init__(self, place: Path) -> None:
        self.home = place / ("a-long-name-" * 8)
        self.supervisor: subprocess.Popen[str] | None = None
        self.port = next(port for port in sample(POOL, 100) if is_free(port))
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, "CQIA_HOME": str(self.home)}
        for name in ("CQIA_DATABASE_URL", "CQIA_REDIS_URL", "DJANGO_SETTINGS_MODULE"):
            self.environment.pop(name, None)

    def command(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "cqia", *arguments],
            cwd=home.PROJECT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def cqia(self, *arguments: str) -> str:
        """What a command of `cqia` says; it must end well."""
        running = self.command(*arguments)
        said, _ = running.communicate(timeout=120)
        assert running.returncode == 0, said
        return said

    def up(self) -> None:
        self.supervisor = self.command("up", "--port", str(self.port), "--no-demo")
        started = f'"pid": {self.supervisor.pid}'
        record = self.home / "run.json"
        try:
            eventually(lambda: record.exists() and started in record.read_text())
            self.wait_for_page(90)
        except AssertionError as error:
            raise AssertionError(self.stop(signal.SIGTERM)) from error

    def stop(self, number: signal.Signals) -> str:
        """Send a signal to `cqia up` and wait for its end; returns all that it said."""
        assert self.supervisor is not None
        self.supervisor.send_signal(number)
        said, _ = self.supervisor.communicate(timeout=60)
        self.supervisor = None
        return said

    def health(self) -> object:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{self.url}/health/", timeout=5) as answer,
        ):
            return json.load(answer)
        return None

    def wait_for_page(self, seconds: float = 40) -> None:
        whole = {"database": "ok", "broker": "ok"}
        eventually(lambda: self.health() == whole, seconds)

    def all(self) -> list[psutil.Process]:
        servers = {"postgres": "postgres", "redis-server": "redis"}
        found = list(processes.of_home(self.home))
        for name, folder in servers.items():
            found.extend(processes.of_server(name, self.home / folder))
        return [process for process in found if processes.is_alive(process)]

    def named(self, words: str) -> list[psutil.Process]:
        """The oldest process whose command holds the words, as a list that may be empty."""
        found = []
        for process in self.all():
            with contextlib.suppress(psutil.Error):
                if words in " ".join(process.cmdline()):
                    found.append(process)
        return sorted(found, key=psutil.Process.create_time)[:1]

    def running(self, service: str) -> psutil.Process:
        """The first process of a service, named as `cqia up` calls it."""
        return eventually(lambda: self.named(WORDS[service]))[0]

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the running database."""
        port = json.loads((self.home / "run.json").read_text())["postgres_port"]
        password = (self.home / "database-password").read_text()
        with psycopg.connect(
            host="127.0.0.1", port=port, user="cqia", password=password, dbname="cqia"
        ) as connection:
            return connection.execute(sql.encode(), values).fetchall()

    def one(self, sql: str, *values: object) -> Any:
        """The only value of the only row."""
        ((value,),) = self.rows(sql, *values)
        return value

    def make_project(self, slug: str, **people: str) -> dict[str, str]:
        """Make a project and its members, username=role; returns an API token of each.

        They sign in with `password_of(username)`.
        """
        made = {name: [role, password_of(name)] for name, role in people.items()}
        values = json.dumps([slug, made])
        tokens: dict[str, str] = json.loads(
            self.cqia("shell", "--verbosity", "0", "-c", f"values = {values!r}\n{_FOUND}")
        )
        return tokens


def password_of(username: str) -> str:
    return f"the long password of {username}"


_FOUND = """
import json
from annotation.models import Project
from cqia.accounts.models import Membership, User, issue_token
slug, people = json.loads(values)
audit = {"audit_dropped_share": 0, "audit_kept_share": 0}  # which pairs hangs on their ids
project = Project.objects.create(slug=slug, name=slug, **audit)
tokens = {}
for username, (role, password) in people.items():
    user = User.objects.filter(username=username).first()
    user = user or User.objects.create_user(username=username, password=password)
    Membership.objects.create(user=user, project=project, role=role)
    tokens[username] = issue_token(user, "test")
print(json.dumps(tokens))
"""


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One that runs for the whole session; tests have a project each in it."""
    it = Installation(tmp_path_factory.mktemp("live"))
    try:
        it.up()
        yield it
    finally:
        if it.supervisor is not None:
            print(it.stop(signal.SIGTERM))
