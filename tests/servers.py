"""Throwaway Postgres and Redis for one run of the tests: started before Django loads, gone after."""

import atexit
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress

from cqia.embedded import home, postgres, redis
from cqia.embedded.ports import POOL, Ports

_running: list[subprocess.Popen[bytes]] = []
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


_ports = Ports()


def start() -> None:
    """Start both servers in a temporary CQIA_HOME; workers of pytest-xdist inherit it."""
    if "CQIA_TEST_SERVERS" in os.environ:
        _take_a_database_of_redis()
        return
    for own in ("CQIA_DATABASE_URL", "CQIA_REDIS_URL"):  # tests must not touch a server of yours
        os.environ.pop(own, None)
    place = tempfile.mkdtemp(prefix="cqia-test-")
    os.chmod(place, 0o711)
    os.environ["CQIA_HOME"] = os.environ["CQIA_TEST_SERVERS"] = place
    postgres_port, redis_port = (_ports.choose(random.choice(POOL)) for _ in range(2))
    home.write_run({"postgres_port": postgres_port, "redis_port": redis_port})
    run = home.read_run()
    postgres.create_cluster(sync=False)
    _spawn(postgres.account().popen(postgres.command(run["postgres_port"], FAST)))
    _spawn({"args": redis.command(run["redis_port"])})
    _wait(postgres.answers)
    _wait(redis.answers)


def _take_a_database_of_redis() -> None:
    """pytest-django gives each worker a database of PostgreSQL; this is the same for Redis."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ.pop("CQIA_REDIS_URL", None)
    os.environ["CQIA_REDIS_URL"] = home.redis_url().removesuffix("/0") + f"/{int(number) % 16}"


def _spawn(arguments: dict[str, object]) -> None:
    with open(home.path() / "servers.log", "ab") as log:
        process = subprocess.Popen(**arguments, cwd="/", stdout=log, stderr=log)  # type: ignore[call-overload]
    _running.append(process)


def _wait(answers: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not answers():
        assert time.monotonic() < deadline, (home.path() / "servers.log").read_text()
        time.sleep(0.05)


def stop() -> None:
    for process in _running:
        process.send_signal(signal.SIGINT)  # PostgreSQL would wait for its clients on SIGTERM
    for process in _running:
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
    _ports.release()
    if _running:
        shutil.rmtree(os.environ["CQIA_TEST_SERVERS"], ignore_errors=True)


start()
# Not pytest_unconfigure: that is left out when Django's settings or models cannot be loaded.
atexit.register(stop)
