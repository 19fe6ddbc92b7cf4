"""Long work: run by one worker, shown, stopped, resumed."""

from collections.abc import Callable

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings
from kombu.exceptions import OperationalError as BrokerDown

from annotation import jobs
from annotation.models import Job, Project
from annotation.models.job import LABELS
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from tests.cast import ClientOf

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(project: Project, lead: User) -> Job:
    return jobs.start("annotation.import_batch", project, lead, batch=7)


@pytest.fixture
def browser(lead: User, client_of: ClientOf) -> Client:
    return client_of(lead)


def failing(error: Exception) -> Callable[[Job], None]:
    def work(job: Job) -> None:
        raise error

    return work


def after(job: Job, work: Callable[[Job], None]) -> Job:
    jobs.run(job.pk, work)
    return Job.objects.get(pk=job.pk)


def test_it_ends_done(job: Job) -> None:
    ended = after(job, lambda job: jobs.report(job, 3, 4))
    assert (ended.state, ended.done, ended.total, ended.percent) == (Job.State.DONE, 3, 4, 75)
    assert ended.finished_at is not None


def test_it_runs_once_only(job: Job) -> None:
    runs: list[int] = []
    jobs.run(job.pk, lambda job: runs.append(job.pk))
    jobs.run(job.pk, lambda job: runs.append(job.pk))
    assert runs == [job.pk]


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (CqiaError("no_rows"), Job.State.FAILED, "no_rows"),
        (ValueError("a bug"), Job.State.FAILED, "unexpected"),
        (jobs.Cancelled(), Job.State.CANCELLED, ""),
        (jobs.Paused(CqiaError("no_model")), Job.State.PAUSED, "no_model"),
        (OperationalError("gone"), Job.State.RUNNING, ""),
    ],
)
def test_it_records_how_it_ended(job: Job, error: Exception, state: str, code: str) -> None:
    ended = after(job, failing(error))
    assert (ended.state, ended.code) == (state, code)


def test_it_says_why_in_words(job: Job) -> None:
    assert after(job, failing(CqiaError("no_rows"))).message == "The file has no rows."
    assert job.message == ""


def test_it_stops_at_the_next_report(job: Job) -> None:
    def work(job: Job) -> None:
        jobs.cancel(job)
        jobs.report(job, 1, 9)
        raise AssertionError("went on")

    assert after(job, work).state == Job.State.CANCELLED


def test_one_that_nobody_has_begun_stops_at_once(job: Job) -> None:
    jobs.cancel(job)
    assert after(job, failing(AssertionError("began"))).state == Job.State.CANCELLED


def test_a_broker_that_is_down_is_no_error(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*args: object, **options: object) -> None:
        raise BrokerDown("down")

    monkeypatch.setattr("celery.current_app.send_task", down)
    jobs.ring(job)
    assert jobs.ring_idle() == 1


def test_it_rings_for_what_nobody_holds(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(jobs, "ring", lambda job: rung.append(job.pk))
    jobs.run(job.pk, lambda job: rung.extend([0] * jobs.ring_idle()))
    assert rung == []
    Job.objects.update(state=Job.State.RUNNING)  # its worker was killed
    assert (jobs.ring_idle(), rung) == (1, [job.pk])


@pytest.mark.parametrize("task", LABELS)
def test_every_kind_of_job_has_a_label(job: Job, task: str) -> None:
    job.task = task
    assert job.label != task


def test_the_page_shows_progress_and_polls(browser: Client, job: Job) -> None:
    Job.objects.update(done=1024, total=4096, state=Job.State.RUNNING)
    page = browser.get(f"/p/tea/jobs/{job.pk}/").content.decode()
    assert "<!doctype html>" in page
    assert "1.0\xa0KB of 4.0\xa0KB (25%)" in page
    assert 'hx-trigger="every 1s"' in page


def test_the_piece_tells_the_page_to_count_again(browser: Client, job: Job) -> None:
    answer = browser.get(f"/p/tea/jobs/{job.pk}/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Trigger"] == '{"job-moved": {}}'
    assert "<!doctype html>" not in answer.content.decode()


def test_an_ended_job_is_not_polled(browser: Client, job: Job) -> None:
    Job.objects.update(state=Job.State.DONE)
    page = browser.get(f"/p/tea/jobs/{job.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in page


def test_a_lead_stops_it_and_is_back_where_they_were(browser: Client, job: Job) -> None:
    headers = {"Referer": "http://testserver/p/tea/sources/"}
    answer = browser.post(f"/p/tea/jobs/{job.pk}/cancel", headers=headers)
    assert answer.headers["Location"] == "http://testserver/p/tea/sources/"
    assert Job.objects.get().state == Job.State.CANCELLED


def test_it_leads_nobody_to_another_site(browser: Client, job: Job) -> None:
    answer = browser.post(
        f"/p/tea/jobs/{job.pk}/cancel", headers={"Referer": "https://evil.example/"}
    )
    assert answer.headers["Location"] == f"/p/tea/jobs/{job.pk}/"


def test_an_ended_job_cannot_be_stopped(browser: Client, job: Job) -> None:
    Job.objects.update(state=Job.State.DONE)
    page = browser.post(f"/p/tea/jobs/{job.pk}/cancel", follow=True).content.decode()
    assert "This job has already ended." in page


def test_a_connection_has_no_lock_left_over(job: Job) -> None:
    jobs.run(job.pk, failing(ValueError("a bug")))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        assert cursor.fetchone() == (0,)


def test_a_broker_out_of_reach_is_not_waited_for(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Celery's own client would try again for seconds."""
    monkeypatch.setattr(
        "annotation.jobs.current_app.send_task", lambda *_, **__: pytest.fail("rung")
    )
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        jobs.ring(job)
