"""The doors through which Celery comes in. Each loads by id and calls one verb."""

from celery import shared_task

from annotation import jobs
from evaluation import generation, prompts


@shared_task(name="evaluation.read_upload")
def read_upload(job_id: int) -> None:
    jobs.run(job_id, prompts.read_upload)


@shared_task(name="evaluation.generate_answers")
def generate_answers(job_id: int) -> None:
    jobs.run(job_id, generation.generate_answers)
