"""Being asked to end: whenever the signal comes, the wait is over."""

import subprocess
import sys
import time

import pytest

ROUNDS = 300
# Waits again and again without limit, and is asked to end each time after another few microseconds.
PROGRAM = f"""
import os, signal, threading, time
from cqia.embedded.ending import Ending

def ask(after):
    time.sleep(after)
    os.kill(os.getpid(), signal.SIGTERM)

for turn in range({ROUNDS}):
    ending = Ending()
    ending.listen()
    thread = threading.Thread(target=ask, args=(turn / 10_000_000,))
    thread.start()
    assert ending.wait()
    thread.join()
    os.close(ending._read), os.close(ending._write)
print("all")
"""


def test_it_ends_whenever_it_is_asked() -> None:
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60
    )
    assert (said.stdout, said.stderr) == ("all\n", "")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_it_ends_by_each_signal_and_waits_no_longer_than_told(name: str) -> None:
    program = (
        "import os, signal; from cqia.embedded.ending import Ending; e = Ending(); e.listen();"
        f"print(e.wait(0.01)); os.kill(os.getpid(), signal.{name}); print(e.wait(), e.wait())"
    )
    began = time.monotonic()
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert said.stdout == "False\nTrue True\n"
    assert time.monotonic() - began < 30
