"""The doors through which Celery comes in. Each loads by id and calls one verb."""

from celery import shared_task

from annotation import (
    copied,
    ingest,
    jobs,
    judge,
    masking,
    model_drafts,
    prefilter,
    quality,
    queue,
    queue_order,
    triage,
)
from annotation.contamination import registry


@shared_task(name="annotation.ring_idle_jobs", expires=10)
def ring_idle_jobs() -> None:
    jobs.ring_idle()


@shared_task(name="annotation.free_expired_claims", expires=30)
def free_expired_claims() -> None:
    queue.free_expired()


@shared_task(name="annotation.read_answers", expires=60)
def read_answers() -> None:
    copied.read_answers()


@shared_task(name="annotation.train_due_models", expires=300)
def train_due_models() -> None:
    quality.start_due()


@shared_task(name=quality.TASK)
def train_quality(job_id: int) -> None:
    jobs.run(job_id, quality.train)


@shared_task(name=queue_order.TASK)
def order_queue(job_id: int) -> None:
    jobs.run(job_id, queue_order.run)


@shared_task(name="annotation.import_batch")
def import_batch(job_id: int) -> None:
    jobs.run(job_id, ingest.import_batch)


@shared_task(name="annotation.run_prefilter")
def run_prefilter(job_id: int) -> None:
    jobs.run(job_id, prefilter.run, prefilter.share)


@shared_task(name="annotation.register_benchmark")
def register_benchmark(job_id: int) -> None:
    jobs.run(job_id, registry.read)


@shared_task(name="annotation.mask_personal_data")
def mask_personal_data(job_id: int) -> None:
    jobs.run(job_id, masking.run)


@shared_task(name="annotation.run_judge")
def run_judge(job_id: int) -> None:
    jobs.run(job_id, judge.run)


@shared_task(name=model_drafts.TASK)
def draft_answer(job_id: int) -> None:
    jobs.run(job_id, model_drafts.run)


@shared_task(name=triage.TASK)
def run_triage(job_id: int) -> None:
    jobs.run(job_id, triage.run)


@shared_task(name=triage.UNDO_TASK)
def undo_triage(job_id: int) -> None:
    jobs.run(job_id, triage.run_undo)
