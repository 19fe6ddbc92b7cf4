"""Doing what Celery workers do, in the test's own process: for tests of what comes out, not of when."""

from annotation.models import Job
from cqia.celery import app


def work_off(limit: int = 50) -> None:
    """Run live jobs, also those that jobs start, through their Celery tasks until none is left."""
    app.loader.import_default_modules()  # a worker does so when it starts
    for _ in range(limit):
        job = Job.objects.live().order_by("id").first()
        if job is None:
            return
        app.tasks[job.task].run(job.pk)
        job.refresh_from_db()
        assert job.state == Job.State.DONE, (job.task, job.state, job.code, job.code_params)
    raise AssertionError("jobs start jobs without end")
