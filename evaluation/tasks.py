"""The doors through which Celery comes in. Each loads by id and calls one verb."""

from celery import shared_task

from annotation import jobs
from evaluation import generation, judging, prompts, standings, stopping
from evaluation.models import Campaign


@shared_task(name="evaluation.read_upload")
def read_upload(job_id: int) -> None:
    jobs.run(job_id, prompts.read_upload)


@shared_task(name="evaluation.generate_answers")
def generate_answers(job_id: int) -> None:
    jobs.run(job_id, generation.generate_answers)


@shared_task(name="evaluation.judge")
def judge(job_id: int) -> None:
    jobs.run(job_id, judging.judge)


@shared_task(name="evaluation.reckon_board")
def reckon_board(job_id: int) -> None:
    jobs.run(job_id, standings.reckon_board)


@shared_task(name=stopping.TASK)
def look_at_campaign(pk: int) -> None:
    stopping.look(Campaign.objects.get(pk=pk))


@shared_task(name="evaluation.look_at_campaigns", expires=60)
def look_at_campaigns() -> None:
    stopping.look_at_all()
