"""A web worker that takes a new connection only while no other one has fewer.

A kept-alive connection stays with the process that accepted it, and of processes that wait at one
socket the system may wake the same one again and again: all people end up at one process, and its
neighbour's core is idle (benchmarks/workbench.py: 124 decisions/s instead of 206).
"""

import socket
import time
from multiprocessing.sharedctypes import RawArray
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

_NOBODY = -1
# Connections of each worker, in memory that all of them share; nobody's places are free.
_connections = RawArray("i", [_NOBODY] * 1024)
# Seconds after which a connection that the others leave, too, is taken nevertheless.
_PATIENCE = 0.05


class EvenWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker with threads. It is made before the processes part, and counts for all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._place = next(place for place, own in enumerate(_connections) if own == _NOBODY)
        self._left_since: float | None = None
        super().__init__(*args, **kwargs)

    @property
    def nr_conns(self) -> int:
        return int(_connections[self._place])

    @nr_conns.setter
    def nr_conns(self, number: int) -> None:
        _connections[self._place] = number

    def accept(self, listener: socket.socket) -> None:
        if self._leaves_it():
            time.sleep(0.0005)  # for the others to take it; else it is offered again at once
            return
        self._left_since = None
        super().accept(listener)

    def _leaves_it(self) -> bool:
        if self.nr_conns <= min(own for own in _connections if own != _NOBODY):
            return False
        now = time.monotonic()
        if self._left_since is None or now - self._left_since > 1:  # of another connection
            self._left_since = now
        return now - self._left_since < _PATIENCE

    def forget(self) -> None:
        """Free the place of a worker that has ended, whatever ended it."""
        _connections[self._place] = _NOBODY
