"""Finding and stopping processes that an earlier `cqia up` left behind, and no others."""

import signal
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


def of_database(data: Path) -> Iterator[psutil.Process]:
    """PostgreSQL processes on this data folder: they work in it, and overwrite their environment."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.name() == "postgres" and process.cwd() == str(data.resolve()):
                yield process


def stop(processes: list[psutil.Process], ask: signal.Signals, patience: float) -> None:
    """Ask each to end, and kill what is still there after `patience` seconds."""
    for process in processes:
        with suppress(psutil.Error):
            process.send_signal(ask)
    _, stubborn = psutil.wait_procs(processes, timeout=patience)
    for process in stubborn:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(stubborn, timeout=patience)
