"""A real `cqia up`: what it starts again, what it says, and what it leaves behind."""

import signal
import subprocess
from collections.abc import Iterator

import pytest

from cqia.embedded import processes
from tests.live import Installation, eventually

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def place_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    it = Installation(tmp_path_factory.mktemp("up"))
    yield it
    if it.supervisor is not None:
        print(it.stop(signal.SIGTERM))


@pytest.fixture
def installation(place_of_its_own: Installation) -> Installation:
    """One that is running, started only by the first test and after one that stopped it."""
    if place_of_its_own.supervisor is None:
        place_of_its_own.up()
    return place_of_its_own


@pytest.mark.parametrize(
    "words", ["bin/postgres -D", "redis-server", "gunicorn", "worker -n cpu", "worker -n gpu"]
)
def test_it_starts_a_killed_service_again(installation: Installation, words: str) -> None:
    killed = eventually(lambda: installation.named(words))[0]
    killed.kill()
    eventually(lambda: installation.named(words) not in ([], [killed]), seconds=10)
    installation.wait_for_page()


def test_it_says_where_it_already_runs(installation: Installation) -> None:
    second = installation.command("up")
    said, _ = second.communicate(timeout=30)
    assert second.returncode == 1
    assert f"already running: http://127.0.0.1:{installation.port}/" in said


def test_its_commands_find_the_running_servers(installation: Installation) -> None:
    asking = installation.command("migrate", "--check")
    said, _ = asking.communicate(timeout=30)
    assert (asking.returncode, said) == (0, "")


def test_it_recovers_after_it_was_killed_itself(installation: Installation) -> None:
    left = installation.all()
    installation.stop(signal.SIGKILL)
    assert any(map(processes.is_alive, left))
    installation.up()
    assert not any(map(processes.is_alive, left))


def test_it_stops_all_it_started_and_nothing_else(installation: Installation) -> None:
    other = subprocess.Popen(["sleep", "600"], env=installation.environment)
    try:
        said = installation.stop(signal.SIGINT)
        assert said.rstrip().endswith("Stopped")
        assert installation.all() == []
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
