"""`cqia up` and its parts, with real processes in a home of their own."""

import dataclasses
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cqia.embedded import home, processes, steps
from cqia.embedded.account import NoAccount, account_for
from cqia.embedded.ports import Ports, is_free
from cqia.embedded.supervisor import Service, Supervisor
from cqia.embedded.up import Options, Refused, Start
from tests.live import eventually

PROGRAM = "import time; print('here', flush=True); time.sleep(600)"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without servers of one's own."""
    monkeypatch.setenv("CQIA_HOME", str(tmp_path))
    for name in ("CQIA_DATABASE_URL", "CQIA_REDIS_URL", "CQIA_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


# The home


def test_it_makes_a_secret_once_and_for_its_owner_only(place: Path) -> None:
    first = home.secret_key()
    assert home.secret_key() == first
    assert (place / "secret-key").stat().st_mode & 0o777 == 0o600
    assert first not in home.database_url()


def test_it_names_the_servers_of_the_last_start(place: Path) -> None:
    assert f"127.0.0.1:{home.POSTGRES_PORT}/cqia" in home.database_url()
    home.write_run({"postgres_port": 7001, "redis_port": 7002})
    assert home.database_url().endswith("@127.0.0.1:7001/cqia")
    assert home.redis_url().endswith("@127.0.0.1:7002/0")


@pytest.mark.usefixtures("place")
def test_it_prefers_servers_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CQIA_DATABASE_URL", "postgresql://elsewhere/cqia")
    monkeypatch.setenv("CQIA_REDIS_URL", "redis://elsewhere/3")
    assert home.database_url() == "postgresql://elsewhere/cqia"
    assert home.redis_url() == "redis://elsewhere/3"


def test_it_survives_a_half_written_record(place: Path) -> None:
    (place / "run.json").write_text('{"pid":')
    assert home.read_run() == {}


# Steps


def test_it_repeats_a_step_only_when_its_sources_changed(place: Path) -> None:
    step = steps.Step("static", "", (), "digest", product=place / "static")
    assert not step.is_done()
    step.mark_done()
    assert not step.is_done()  # what it makes is not there
    (place / "static").mkdir()
    assert step.is_done()
    assert not steps.Step("static", "", (), "other", product=place / "static").is_done()


# The user that PostgreSQL runs as


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user")
def test_it_lends_a_right_where_folders_are_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    data = tmp_path / "closed" / "data"
    data.touch(mode=0o400)
    account = account_for(data, Path("/bin/sh"))
    asking = f"import os; print(os.geteuid() > 0, os.access({str(data)!r}, os.R_OK))"
    assert subprocess.check_output(**account.popen([sys.executable, "-c", asking])) == (
        b"True True\n"
    )
    assert (tmp_path / "closed").stat().st_mode & 0o777 == 0o700
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoAccount, match="CQIA_DATABASE_URL"):
        account_for(data, Path("/bin/sh"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user")
def test_it_runs_as_the_owner_of_the_data(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    account = account_for(tmp_path, Path("/bin/sh"))
    assert account.user is not None
    assert account.user.pw_uid == 65534


# The supervisor


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(place: Path, said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(lambda _name, words: said.append(str(words)), place, processes.MARK)
    yield supervisor
    supervisor.stop()


def service(place: Path, program: str) -> Service:
    return Service("one", [sys.executable, "-c", program], place / "logs" / "one.log")


def running(place: Path) -> list[psutil.Process]:
    return list(processes.of_home(place))


def test_it_starts_a_killed_program_again(place: Path, supervisor: Supervisor) -> None:
    supervisor.start([service(place, PROGRAM)])
    first = eventually(lambda: running(place))[0]
    first.kill()
    eventually(lambda: {each.pid for each in running(place)} - {first.pid}, seconds=5)


def test_it_leaves_no_child_of_a_killed_program(place: Path, supervisor: Supervisor) -> None:
    forking = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {PROGRAM!r}])"
    supervisor.start([service(place, forking)])
    eventually(lambda: len(running(place)) == 2)
    before = running(place)
    min(before, key=psutil.Process.create_time).kill()
    eventually(lambda: not any(map(processes.is_alive, before)), seconds=5)


def test_it_kills_what_will_not_end(place: Path, supervisor: Supervisor) -> None:
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {PROGRAM}"
    stubborn = dataclasses.replace(service(place, deaf), patience=0.5)
    log = stubborn.log
    supervisor.start([stubborn])
    eventually(lambda: log.exists() and log.read_text() == "here\n")
    supervisor.stop()
    assert running(place) == []


def test_it_waits_longer_before_each_new_try(
    place: Path, supervisor: Supervisor, said: list[str]
) -> None:
    supervisor.start([service(place, "raise SystemExit(3)")])
    time.sleep(1.5)
    supervisor.stop()
    pauses = [words.partition(" s (see")[0] for words in said]
    assert pauses[:2] == [f"ended with 3; starts again in {pause}" for pause in ("0.3", "0.6")]
    assert len(said) <= 4


def test_it_stops_only_what_was_started_for_this_home(place: Path) -> None:
    def start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["sleep", "600"], env={**os.environ, **environment})

    ours = start({"CQIA_HOME": str(place), processes.MARK: "web"})
    others = [start({"CQIA_HOME": "/elsewhere", processes.MARK: "web"}), start({})]
    try:
        eventually(lambda: running(place))
        processes.stop(running(place), signal.SIGTERM, patience=5)
        assert running(place) == []
        assert [other.poll() for other in others] == [None, None]
    finally:
        for process in (ours, *others):
            process.kill()
            process.wait()


# Ports


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_it_refuses_a_taken_port_that_was_asked_for(place: Path, taken: int) -> None:
    with pytest.raises(Refused, match=f"Port {taken} is in use") as refused:
        Start(Options(port=taken)).run()
    assert refused.value.code == 2
    assert not (place / "run.json").exists()


@pytest.mark.usefixtures("place")
def test_it_takes_the_next_port_when_the_usual_one_is_taken(
    taken: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cqia.embedded.up.DEFAULT_PORT", taken)
    start = Start(Options())
    run = start._choose_ports()
    start.ports.release()
    assert run["web_url"] != f"http://127.0.0.1:{taken}/"
    assert f"Port {taken} is in use; taking" in capsys.readouterr().out


def test_it_keeps_the_port_of_the_last_start_while_it_is_free(taken: int) -> None:
    ports = Ports()
    chosen = ports.choose(taken)
    assert chosen != taken
    assert is_free(chosen)
    ports.release()
    assert ports.choose(chosen) == chosen
    ports.release()


@pytest.mark.usefixtures("place")
def test_two_that_start_at_once_choose_different_ports() -> None:
    first, second = Start(Options()), Start(Options())
    one, other = first._choose_ports(), second._choose_ports()
    for start in (first, second):
        start.ports.release()
    assert one["postgres_port"] != other["postgres_port"]
    assert one["redis_port"] != other["redis_port"]
    assert one["web_url"] != other["web_url"]
