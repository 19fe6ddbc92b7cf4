"""`cqia up`: servers, database, demo, web server and workers, from nothing to a page that answers."""

import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cqia import environment as env
from cqia.embedded import home, postgres, processes, programs, redis
from cqia.embedded.account import NoAccount
from cqia.embedded.ending import Ending
from cqia.embedded.ports import Ports
from cqia.embedded.steps import Step, collect_static, demo_accounts, load_demo, migrate
from cqia.embedded.supervisor import Console, Supervisor
from cqia.lib.messages import compile_messages

DEFAULT_PORT = 8000
NAMES = ["cqia", "postgres", "redis", "web", "worker-cpu", "worker-gpu", "beat"]
SERVER_PATIENCE = 60  # seconds for PostgreSQL (which may have to recover) and Redis to answer
WEB_PATIENCE = 60
DEMO = home.PROJECT / "evaluation" / "management" / "commands" / "load_demo.py"


class Refused(Exception):
    """The start is refused; the message says why, `code` is the exit status."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class Ended(Exception):
    """Somebody asked for the end while something was waited for."""


@dataclass(frozen=True)
class Options:
    host: str = "127.0.0.1"
    port: int | None = None
    demo: bool = True


@dataclass
class Start:
    """One run of `cqia up`."""

    options: Options
    console: Console = field(default_factory=lambda: Console(NAMES))
    ending: Ending = field(default_factory=Ending)
    ports: Ports = field(default_factory=Ports)

    def __post_init__(self) -> None:
        self.supervisor = Supervisor(self.console.say, home.path(), processes.MARK)

    def say(self, text: str) -> None:
        self.console.say("cqia", text)

    def clear_leftovers(self) -> None:
        """Stop what an earlier `cqia up` left behind when it was killed; ports are free then."""
        processes.stop(list(processes.of_home(home.path())), signal.SIGTERM, patience=5)
        if not env.text("CQIA_DATABASE_URL"):
            postgres.clear_leftovers()
        if not env.text("CQIA_REDIS_URL"):
            redis.clear_leftovers()

    def run(self) -> None:
        """Start everything, wait for a signal, end everything."""
        run = self._choose_ports()
        home.write_run(run)
        try:
            self._prepare(run)
            self._serve(run)
            self.ending.wait()
        except Ended:
            pass
        finally:
            self.say("Stopping")
            self.supervisor.stop()
            self.ports.release()
            self.say("Stopped")

    def _choose_ports(self) -> home.Run:
        last = home.read_run()
        port = _web_port(self.options, self.ports, self.say)
        host = "127.0.0.1" if self.options.host in ("0.0.0.0", "::", "") else self.options.host  # noqa: S104
        run: home.Run = {"pid": os.getpid(), "web_url": f"http://{host}:{port}/"}
        if not env.text("CQIA_DATABASE_URL"):
            run["postgres_port"] = self.ports.choose(last.get("postgres_port", home.POSTGRES_PORT))
        if not env.text("CQIA_REDIS_URL"):
            run["redis_port"] = self.ports.choose(last.get("redis_port", home.REDIS_PORT))
        self._web_port = port
        return run

    def _prepare(self, run: home.Run) -> None:
        """Bring the servers, the database and the files of the pages up to date."""
        compile_messages(home.PROJECT / "locale")
        # The files of the pages need no database: they are collected while the servers start.
        static = collect_static()
        collecting = None if static.is_done() else self._begin(static)
        if "postgres_port" in run and postgres.create_cluster():
            self.say("Made a new database")
        self.supervisor.start(programs.servers(run))
        # A database of your own may have been replaced behind our back.
        migrating = "postgres_port" not in run or not migrate().is_done()
        loading = self.options.demo and DEMO.exists() and not load_demo().is_done()
        if migrating or loading:
            self._wait_for_servers(run)
        if migrating:
            self._finish(migrate(), self._begin(migrate()))
        if collecting is not None:
            self._finish(static, collecting)
        if loading:
            self._load_demo()

    def _wait_for_servers(self, run: home.Run) -> None:
        if "postgres_port" in run:
            self._wait_for(postgres.answers, SERVER_PATIENCE, "PostgreSQL")
        if "redis_port" in run:
            self._wait_for(redis.answers, SERVER_PATIENCE, "Redis")

    def _load_demo(self) -> None:
        """CQIA is of use without its demo: a failure is told, and tried again at the next start."""
        try:
            self._finish(load_demo(), self._begin(load_demo()))
        except Refused as failure:
            self.say(str(failure))
            return
        # Kept, so that later starts need not ask Django for the names to sign in with.
        self._finish(demo_accounts(), self._begin(demo_accounts()))

    def _serve(self, run: home.Run) -> None:
        self.supervisor.start([programs.web(self.options.host, self._web_port)])
        self._wait_for(lambda: _page_answers(run["web_url"] + "health/"), WEB_PATIENCE, "The page")
        # Only now: four programs that import Django at once would keep the page waiting.
        self.supervisor.start(programs.workers())
        self.say(f"CQIA is ready: {run['web_url']}")
        if self.options.demo and demo_accounts().is_done():
            self.say(demo_accounts().output.read_text())
        self.say(f"Logs are in {home.path() / 'logs'}; press Ctrl-C to stop")

    def _begin(self, step: Step) -> subprocess.Popen[bytes]:
        self.say(step.says)
        step.output.parent.mkdir(mode=0o700, exist_ok=True)
        with open(step.output, "wb") as output:
            return subprocess.Popen(
                [sys.executable, str(home.PROJECT / "manage.py"), *step.command],
                env={**os.environ, "CQIA_HOME": str(home.path()), processes.MARK: step.name},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _finish(self, step: Step, running: subprocess.Popen[bytes]) -> None:
        try:
            while running.poll() is None:
                self._pause(0.05)
        finally:
            running.kill()
            running.wait()
        if running.returncode:
            raise Refused(f"{step.says} failed:\n{step.output.read_text()}")
        step.mark_done()

    def _wait_for(self, answers: Callable[[], bool], seconds: float, what: str) -> None:
        began = time.monotonic()
        while not answers():
            if time.monotonic() - began > seconds:
                logs = home.path() / "logs"
                raise Refused(f"{what} does not answer after {seconds:.0f} s; see {logs}")
            self._pause(0.05)

    def _pause(self, seconds: float) -> None:
        if self.ending.wait(seconds):
            raise Ended


def up(options: Options) -> int:
    """Run until a signal comes; returns the exit status."""
    try:
        home.ensure()
        with _only_one():
            start = Start(options)
            start.ending.listen()
            start.clear_leftovers()
            start.run()
    except Refused as error:
        print(error, file=sys.stderr)
        return error.code
    except (NoAccount, postgres.PostgresFailed, redis.NoRedis) as error:
        print(error, file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"{error.filename} belongs to another user: {error.strerror}.", file=sys.stderr)
        return 1
    return 0


@contextmanager
def _only_one() -> Iterator[None]:
    """Hold the home's lock; the system frees it however this process ends."""
    with open(home.path() / "lock", "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            run = home.read_run()
            where, who = run.get("web_url", "starting"), run.get("pid", "?")
            raise Refused(f"CQIA is already running: {where} (process {who}).") from None
        yield


def _web_port(options: Options, ports: Ports, say: Callable[[str], None]) -> int:
    if options.port is not None:
        if not ports.claim(options.port, options.host):
            raise Refused(f"Port {options.port} is in use; give another with --port.", 2)
        return options.port
    usual = range(DEFAULT_PORT, DEFAULT_PORT + 100)
    port = next((port for port in usual if ports.claim(port, options.host)), None)
    if port is None:
        raise Refused(f"Ports {usual[0]} to {usual[-1]} are in use; give another with --port.", 2)
    if port != DEFAULT_PORT:
        say(f"Port {DEFAULT_PORT} is in use; taking {port} instead")
    return port


def _page_answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310  (our own address)
            return True
    except (urllib.error.URLError, OSError):
        return False
