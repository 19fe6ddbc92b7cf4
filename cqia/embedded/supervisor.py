"""Keeping programs running: start them, and start again what was killed.

honcho prints; its Manager is not used, because it stops everything as soon as one process ends.
What the programs print goes to a log file each and not through us: a terminal that stands still
would stop them too, and they would die with `cqia up`.
"""

import datetime
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from honcho.colour import get_colours
from honcho.printer import Message, Printer

from cqia.embedded.account import Account

FIRST_PAUSE = 0.3  # seconds before a program that died is started again,
LONGEST_PAUSE = 10.0  # doubled each time up to this,
HEALTHY_AFTER = 20.0  # and from the start again once it has run for so long.
LOG_LIMIT = 10_000_000  # bytes; a longer log is put aside at the start, in place of the last one

Say = Callable[[str, str], None]  # called with a service's name and what happened to it


@dataclass(frozen=True)
class Service:
    """One program to keep running."""

    name: str
    command: list[str]
    log: Path
    account: Account = field(default_factory=Account)
    ask_to_end: signal.Signals = signal.SIGTERM
    patience: float = 5.0  # seconds it has to end before it is killed
    before_start: Callable[[], None] = lambda: None


class Console:
    """The terminal, shared by many threads."""

    def __init__(self, names: list[str]) -> None:
        self._printer = Printer(sys.stdout, width=max(map(len, names)))
        self._colours = dict(zip(names, get_colours(), strict=False))
        self._lock = threading.Lock()

    def say(self, name: str, text: str) -> None:
        now = datetime.datetime.now()
        with self._lock:
            self._printer.write(Message("line", text, now, name, self._colours.get(name)))


class Keeper:
    """Keeps one service running until told to stop."""

    def __init__(self, service: Service, environment: dict[str, str], say: Say) -> None:
        self.service = service
        self._environment = environment
        self._say = say
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()
        self._thread = threading.Thread(target=self._keep, name=service.name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask_to_end(self) -> None:
        """Returns at once; `wait` waits."""
        self._stopping.set()
        with self._starting:  # a child started by now is seen, and none is started any more
            child = self._child
        if child is not None:
            with suppress(ProcessLookupError):
                child.send_signal(self.service.ask_to_end)

    def wait(self) -> None:
        """Wait for the end, and kill what is still there when patience runs out."""
        self._thread.join(self.service.patience)
        if self._thread.is_alive() and self._child is not None:
            self._say(self.service.name, f"still there after {self.service.patience:.0f} s, killed")
            _kill_group(self._child.pid)
        self._thread.join(2)

    def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            reason = self._run_once()
            if self._stopping.is_set():
                return
            if time.monotonic() - began > HEALTHY_AFTER:
                pause = FIRST_PAUSE
            said = f"{reason}; starts again in {pause:.1f} s (see {self.service.log})"
            self._say(self.service.name, said)
            self._stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _run_once(self) -> str:
        """Run the program to its end and say how it ended."""
        try:
            self.service.before_start()
            child = self._spawn()
        except OSError as error:
            return f"could not be started: {error}"
        if child is None:
            return "not started"
        code = child.wait()
        _kill_group(child.pid)  # children of a killed program hold its port or its queue
        return f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        with self._starting:
            if self._stopping.is_set():
                return None
            with open(self.service.log, "ab") as log:
                self._child = subprocess.Popen(
                    **self.service.account.popen(self.service.command),
                    env=self._environment,
                    cwd="/" if self.service.account.user else None,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    # Ctrl-C reaches `cqia up` alone, which then ends its services in order.
                    start_new_session=True,
                )
            return self._child


class Supervisor:
    """Starts services and ends them in the reverse order of their groups."""

    def __init__(self, say: Say, home: Path, mark: str) -> None:
        self._say = say
        self._home = home
        self._mark = mark
        self._groups: list[list[Keeper]] = []

    def start(self, services: list[Service]) -> None:
        """Start services that depend only on those of earlier calls."""
        group = [self._keeper(service) for service in services]
        self._groups.append(group)
        for keeper in group:
            keeper.start()

    def stop(self) -> None:
        """End everything that was started; groups that others depend on come last."""
        while self._groups:
            group = self._groups.pop()
            for keeper in group:
                keeper.ask_to_end()
            for keeper in group:
                keeper.wait()

    def _keeper(self, service: Service) -> Keeper:
        _put_aside(service.log)
        environment = {"CQIA_LOG_FORMAT": "text", **os.environ}
        environment |= {"CQIA_HOME": str(self._home), self._mark: service.name}
        return Keeper(service, environment, self._say)


def _kill_group(leader: int) -> None:
    """Kill what is left of the session that a program was started in."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _put_aside(log: Path) -> None:
    log.parent.mkdir(mode=0o700, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".old.log"))
