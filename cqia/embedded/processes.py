"""Finding and stopping processes that an earlier `cqia up` left behind, and no others."""

import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

# In the environment of everything that `cqia up` starts, beside CQIA_HOME.
MARK = "CQIA_SERVICE"


def of_home(home: Path) -> Iterator[psutil.Process]:
    """Processes that a `cqia up` of this home started, and their children."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            environment = process.environ()
            if MARK in environment and environment.get("CQIA_HOME") == str(home):
                yield process


def of_server(name: str, folder: Path) -> Iterator[psutil.Process]:
    """Servers called `name` that work in a folder. They write their title over their environment."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.name() == name and process.cwd() == str(folder.resolve()):
                yield process


def stop(processes: list[psutil.Process], ask: signal.Signals, patience: float) -> None:
    """Ask each to end, and kill what is still there after `patience` seconds."""
    for process in processes:
        with suppress(psutil.Error):
            process.send_signal(ask)
    deadline = time.monotonic() + patience
    while any(is_alive(process) for process in processes) and time.monotonic() < deadline:
        time.sleep(0.02)
    for process in processes:
        with suppress(psutil.Error):
            process.kill()


def is_alive(process: psutil.Process) -> bool:
    """False also for a dead process whose parent has not taken note (in a container, often never)."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
