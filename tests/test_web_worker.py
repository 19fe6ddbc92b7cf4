"""Connections spread evenly over the processes of the web server, and survive one that is killed."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import sample

import psutil
import pytest

from cqia.embedded.ports import POOL, is_free
from tests.live import eventually

CONNECTIONS = 20


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[psutil.Process, int]]:
    """gunicorn with the settings of this project, two processes, and an application that only answers."""
    (tmp_path / "answers.py").write_text(
        "import django\n\ndjango.setup()\n\n\n"
        "def application(environ, start):\n"
        "    start('200 OK', [('Content-Length', '2')])\n"
        "    return [b'ok']\n"
    )
    port = next(port for port in sample(POOL, 100) if is_free(port))
    settings = {"CQIA_WEB_PROCESSES": "2", "PYTHONPATH": f"{tmp_path}{os.pathsep}{os.getcwd()}"}
    command = [sys.executable, "-m", "gunicorn", "-c", "python:cqia.web"]
    started = subprocess.Popen(
        [*command, "-b", f"127.0.0.1:{port}", "answers"], env={**os.environ, **settings}
    )
    arbiter = psutil.Process(started.pid)
    eventually(lambda: len(_workers(arbiter)) == 2 and _answers(port))
    yield arbiter, port
    started.terminate()
    started.wait(20)


def test_each_process_gets_as_many_connections(server: tuple[psutil.Process, int]) -> None:
    arbiter, port = server
    kept = [_connected(port) for _ in range(CONNECTIONS)]
    held = sorted(_held(worker, port) for worker in _workers(arbiter))
    assert sum(held) == CONNECTIONS
    assert held[0] >= CONNECTIONS // 2 - 2
    for each in kept:
        each.close()


def test_a_killed_process_is_not_waited_for(server: tuple[psutil.Process, int]) -> None:
    arbiter, port = server
    before = _workers(arbiter)
    kept = [_connected(port) for _ in range(CONNECTIONS)]
    before[0].send_signal(signal.SIGKILL)
    eventually(lambda: len(_workers(arbiter)) == 2 and before[0] not in _workers(arbiter))
    kept += [_connected(port) for _ in range(CONNECTIONS)]
    fresh = next(worker for worker in _workers(arbiter) if worker not in before)
    assert _held(fresh, port) >= CONNECTIONS // 2
    for each in kept:
        each.close()


def _workers(arbiter: psutil.Process) -> list[psutil.Process]:
    return arbiter.children()


def _held(worker: psutil.Process, port: int) -> int:
    own = worker.net_connections("tcp")
    return sum(one.status == "ESTABLISHED" and one.laddr.port == port for one in own)


def _connected(port: int) -> socket.socket:
    """A connection that has had an answer and stays open."""
    connection = socket.create_connection(("127.0.0.1", port), 10)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
    assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    return connection


def _answers(port: int) -> bool:
    try:
        _connected(port).close()
    except OSError:
        return False
    return True
