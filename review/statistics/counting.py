"""Counting the figures of a release: once, in one pass over its rows."""

from collections.abc import Callable
from typing import Any

from annotation import jobs
from annotation.models import Job
from cqia.accounts.models import User
from review.items import stream
from review.models import Release, Statistics
from review.statistics import FIGURES, Figure

TASK = "review.count_figures"
_REPORT_EVERY = 10_000

Report = Callable[[int, int], None]


def start(release: Release, user: User) -> Job:
    """Count a release that was frozen before there were figures."""
    return jobs.start(TASK, release.project, user, release=release.pk)


def run(job: Job) -> None:
    release = Release.objects.get(pk=job.params["release"], project=job.project)
    count(release, lambda done, total: jobs.report(job, done, total))


def count(release: Release, report: Report) -> None:
    """A step of freezing: count what has not been counted, all of it or nothing.

    `report` gets how many of how many rows were read; it may raise to stop.
    """
    known = set(release.statistics.values_list("name", flat=True))
    figures = [figure() for figure in FIGURES if figure.id not in known]
    if not figures:
        return
    rows = release.items.filter(kind="sft").count()
    steps = [(figure, every(rows, figure.most)) for figure in figures]
    for number, row in enumerate(stream(release)):
        for figure, step in steps:
            if number % step == 0:
                figure.add(row)
        if number % _REPORT_EVERY == 0:
            report(number, rows)
    Statistics.objects.bulk_create(
        [
            Statistics(release=release, name=figure.id, data=told(figure, rows, step))
            for figure, step in steps
        ],
        ignore_conflicts=True,
    )
    report(rows, rows)


def every(rows: int, most: int | None) -> int:
    """Of so many rows every how manieth is read, so that there are at most `most`."""
    return 1 if most is None else max(-(-rows // most), 1)


def of(release: Release) -> dict[str, Any]:
    """The figures that were counted, by the id of the figure."""
    return dict(release.statistics.values_list("name", "data"))


def told(figure: Figure, rows: int, step: int) -> dict[str, Any]:
    """What is kept of a figure that has seen every so manieth of so many rows."""
    return {"rows": rows, "read": -(-rows // step), **figure.data()}
