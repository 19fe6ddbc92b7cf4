"""The doors through which Celery comes in."""

from celery import shared_task

from annotation import jobs
from review import (
    dry_runs,
    examining,
    patching,
    pipeline,
    publishing,
    rehearsing,
    releases,
    retractions,
)
from review.statistics import counting


@shared_task(name=releases.TASK)
def freeze(job_id: int) -> None:
    jobs.run(job_id, pipeline.freeze)


@shared_task(name=publishing.TASK)
def push(job_id: int) -> None:
    jobs.run(job_id, publishing.push)


@shared_task(name=rehearsing.TASK)
def rehearse(job_id: int) -> None:
    jobs.run(job_id, rehearsing.rehearse)


@shared_task(name=counting.TASK)
def count_figures(job_id: int) -> None:
    jobs.run(job_id, counting.run)


@shared_task(name=retractions.TASK)
def withdraw(job_id: int) -> None:
    jobs.run(job_id, retractions.carry_out)


@shared_task(name=retractions.PATCH_TASK)
def patch(job_id: int) -> None:
    jobs.run(job_id, patching.build)


@shared_task(name=examining.TASK)
def examine(job_id: int) -> None:
    jobs.run(job_id, examining.examine)


@shared_task(name=dry_runs.TASK)
def dry_run(job_id: int) -> None:
    jobs.run(job_id, dry_runs.run)
