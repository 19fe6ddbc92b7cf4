"""Ports to listen on, chosen so that two `cqia up` of one machine never choose the same.

A port that is free is not yet taken: between the look and the server's own bind another start
may look too. A lock on a file named after the port closes that gap; the system frees it however
the process ends.
"""

import fcntl
import random
import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path

# Below the range from which systems number their clients: one that retries a dead server could
# be connected to itself, and then holds the port.
POOL = range(20_000, 30_000)


class Ports:
    """The ports that this process has claimed, until it releases them or ends."""

    def __init__(self) -> None:
        self._held = ExitStack()

    def claim(self, port: int, host: str = "127.0.0.1") -> bool:
        """Keep a port on which a server could listen now; False when somebody else has it."""
        with ExitStack() as mine:
            try:
                name = Path(tempfile.gettempdir(), f"cqia-port-{port}.lock")
                lock = mine.enter_context(name.open("w"))
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except (PermissionError, BlockingIOError):  # another user's, another start's
                return False
            if not is_free(port, host):
                return False
            self._held.enter_context(mine.pop_all())
            return True

    def choose(self, wanted: int) -> int:
        """`wanted` when it can be had on 127.0.0.1, else any port that can; raises OSError."""
        for port in (wanted, *random.sample(POOL, 1000)):
            if self.claim(port):
                return port
        raise OSError("No port of 127.0.0.1 is free.")

    def release(self) -> None:
        """Let others have them."""
        self._held.close()


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """True when a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
