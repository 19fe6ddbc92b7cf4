"""Settings of gunicorn, the web server: `gunicorn -c python:cqia.web cqia.wsgi`."""

import gc
import importlib
import os
import sys
import threading
from typing import Any

from django.urls import get_resolver

# Threads, because a request waits for PostgreSQL, too. Processes, because of the threads of one only
# one computes: with two of them on two cores, of 32 annotators one in a hundred waits 26 ms for the
# next pair, with four 18 ms; each takes some 60 MB (benchmarks/workbench.py).
worker_class = "cqia.web_worker.EvenWorker"
workers = int(os.environ.get("CQIA_WEB_PROCESSES", "4"))
threads = int(os.environ.get("CQIA_WEB_THREADS", "4"))
# One import of the application for all processes: a quicker start and shared memory.
preload_app = True
# A worker proves to be alive by touching a file; on a busy disk that could block.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
keepalive = 30
graceful_timeout = 4
access_log_format = (
    '{"time": "%(t)s", "client": "%(h)s", "request": "%(r)s", "status": %(s)s, "bytes": "%(B)s", '
    '"seconds": %(L)s}'
)
loglevel = "warning"
control_socket_disable = True


def when_ready(_server: Any) -> None:
    """Import every view before the processes part; the first visitor need not wait for it."""
    get_resolver().url_patterns  # noqa: B018  (reading it imports them)
    # What is there now stays: the collector need not look at it again, nor copy its pages.
    gc.collect()
    gc.freeze()
    # A page makes some 20,000 objects and hardly a cycle: looking after each 700, as is usual, takes
    # a tenth of the time of a page (benchmarks/workbench.py).
    gc.set_threshold(20_000, 20, 20)


def child_exit(_server: Any, worker: Any) -> None:
    worker.forget()


def post_worker_init(_worker: Any) -> None:
    """Import what draws once the start is over: its seconds would be the first reader's."""
    # A thread that the database has answered waits for those that compute, 5 ms by default, and that
    # after each of a page's dozen questions.
    sys.setswitchinterval(0.001)
    warming = threading.Timer(5, lambda: [importlib.import_module(name) for name in SLOW])
    warming.daemon = True
    warming.start()


SLOW = ("altair", "vl_convert")
