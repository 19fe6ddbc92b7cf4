"""A judge that answers as a test tells it, and its run."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django.fixtures import Settings

from annotation import jobs, judge
from annotation.models import Job, Project
from cqia.accounts.models import User
from cqia.lib import llm
from tests.fake_judge import FakeServer

Run = Callable[..., Job]


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    fake = FakeServer()
    settings.MODEL_BASE_URL, settings.MODEL_NAME = fake.url, "judge"
    monkeypatch.setattr(llm, "_FIRST_PAUSE_S", 0.001)
    yield fake
    fake.stop()


@pytest.fixture
def run(project: Project, lead: User) -> Callable[..., Job]:
    def run(job: Job | None = None, **scope: object) -> Job:
        job = job or jobs.start("annotation.run_judge", project, lead, queue="gpu", **scope)
        jobs.run(job.pk, judge.run)
        job.refresh_from_db()
        return job

    return run
