"""Long work: started, run by exactly one worker, shown, cancelled and resumed.

The Job row is the truth and the Celery message only a doorbell. Whoever works on a job holds a
Postgres advisory lock for as long as its connection lives, so "is anybody on it?" is answered by the
server even after a kill -9, and doubled or lost messages do no harm.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerDown

from annotation.models import Job, Project
from cqia.accounts.models import User
from cqia.lib import broker
from cqia.lib.errors import CqiaError

logger = logging.getLogger(__name__)

# The first half of the advisory lock's key: a number of our own, so that nobody else's lock is met.
_LOCK_SPACE = 0x43514941 - 2**31
_SHARED = frozenset({"annotation.run_prefilter"})  # tasks that several workers do at once
_RING_EXPIRES = 60  # seconds; beat rings again, so stale messages need not pile up


class Cancelled(Exception):
    """A person asked for the job to stop; raised inside it by `report`."""


class Paused(Exception):
    """What the job waits for is out of reach (`error` says what); it is rung for again."""

    def __init__(self, error: CqiaError) -> None:
        super().__init__(str(error))
        self.error = error


def start(
    task: str, project: Project, user: User | None, *, queue: str = "cpu", **params: Any
) -> Job:
    """Create a job and ring for it once the caller's transaction has committed."""
    job = Job.objects.create(
        task=task, project=project, created_by=user, queue=queue, params=params
    )
    transaction.on_commit(lambda: ring(job))
    return job


def ring(job: Job) -> None:
    """Tell a worker that a job waits. A broker that is down is no error: beat rings later."""
    if not broker.answers(settings.REDIS_URL):
        logger.warning("job %s: the broker is out of reach, beat will ring", job.pk)
        return
    try:
        current_app.send_task(
            job.task, [job.pk], queue=job.queue, expires=_RING_EXPIRES, retry=False
        )
    except (BrokerDown, OSError) as error:
        logger.warning("job %s: the broker is out of reach, beat will ring: %s", job.pk, error)


def ring_idle() -> int:
    """Ring for every live job that no worker holds: new, resumed after a crash, or paused.

    Also for those that workers share, so that one that is free takes part. Returns how many.
    """
    idle = [
        job
        for job in Job.objects.live().order_by("id")
        if job.task in _SHARED or not _is_held(job.pk)
    ]
    for job in idle:
        ring(job)
    return len(idle)


def run(
    job_id: int, work: Callable[[Job], None], share: Callable[[Job], None] | None = None
) -> None:
    """Do `work` if nobody else is on it, and record how it ended; else take part by `share`, if any.

    A lost database connection leaves the job live: it is resumed, from its own checkpoint.
    """
    live = Job.objects.live().select_related("project", "created_by")
    with _held(job_id) as mine:
        job = live.filter(pk=job_id).first() if mine else None
        if not mine and share is not None:
            _take_part(live.filter(pk=job_id, cancel_asked=False).first(), share)
        if job is None:
            return
        _begin(job)
        try:
            _end(job, *_outcome(job, work))
        except (OperationalError, InterfaceError):
            logger.exception("job %s: lost the database, will resume", job_id)


def _take_part(job: Job | None, share: Callable[[Job], None]) -> None:
    """Whatever goes wrong, whoever leads the job meets it too, and records it."""
    if job is None:
        return
    try:
        share(job)
    except Cancelled:
        return
    except Exception:
        logger.exception("job %s: could not take part", job.pk)


def _outcome(job: Job, work: Callable[[Job], None]) -> tuple[Job.State, CqiaError | None]:
    try:
        work(job)
    except Cancelled:
        return Job.State.CANCELLED, None
    except Paused as pause:
        return Job.State.PAUSED, pause.error
    except CqiaError as error:
        return Job.State.FAILED, error
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("job %s failed", job.pk)
        return Job.State.FAILED, CqiaError("unexpected")
    return Job.State.DONE, None


def report(job: Job, done: int, total: int | None = None) -> None:
    """Record progress; raises Cancelled once a person has asked for the end."""
    job.done = done
    if total is not None:
        job.total = total
    Job.objects.filter(pk=job.pk).update(done=job.done, total=job.total)
    heed(job)


def expect(job: Job, more: int) -> None:
    """So much is left to do, whatever several workers have done of it so far."""
    Job.objects.filter(pk=job.pk).update(total=F("done") + more)
    job.refresh_from_db(fields=["done", "total"])
    heed(job)


def advance(job: Job, more: int) -> None:
    """Record progress of a job that several workers share; in the transaction of what was done."""
    done = F("done") + more
    Job.objects.filter(pk=job.pk).update(done=done, total=Greatest("total", done))
    job.refresh_from_db(fields=["done", "total"])


def heed(job: Job) -> None:
    """Raises Cancelled once a person has asked for the end."""
    if Job.objects.filter(pk=job.pk, cancel_asked=True).exists():
        raise Cancelled


def cancel(job: Job) -> None:
    """Ask a live job to stop; one that nobody has begun stops at once."""
    Job.objects.live().filter(pk=job.pk).update(cancel_asked=True)
    Job.objects.filter(pk=job.pk, state__in=(Job.State.WAITING, Job.State.PAUSED)).update(
        state=Job.State.CANCELLED, finished_at=timezone.now()
    )


def _begin(job: Job) -> None:
    job.state, job.code, job.started_at = Job.State.RUNNING, "", job.started_at or timezone.now()
    job.save(update_fields=["state", "code", "started_at"])


def _end(job: Job, state: Job.State, error: CqiaError | None = None) -> None:
    job.state = state
    if state != Job.State.PAUSED:
        job.finished_at = timezone.now()
    if error is not None:
        job.code, job.code_params = error.code, error.params
    job.save(update_fields=["state", "finished_at", "code", "code_params"])


@contextmanager
def _held(job_id: int) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK_SPACE, job_id])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine:
            _let_go(job_id)


def _let_go(job_id: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK_SPACE, job_id])
    except (OperationalError, InterfaceError):
        connection.close()  # the server let go of it when the connection died


def _is_held(job_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND classid::bigint = %s AND objid::bigint = %s)",
            [_LOCK_SPACE % 2**32, job_id],
        )
        (held,) = cursor.fetchone()
    return bool(held)
