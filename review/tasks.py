"""The doors through which Celery comes in."""

from celery import shared_task

from annotation import jobs
from review import releases


@shared_task(name=releases.TASK)
def freeze(job_id: int) -> None:
    jobs.run(job_id, releases.freeze)
