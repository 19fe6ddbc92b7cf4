"""Dry runs: everything that freezing a composition would give, counted and kept; nothing is frozen."""

from dataclasses import asdict
from typing import Any

from django.db import connection, transaction

from annotation import jobs
from annotation.models import Job
from cqia.accounts.models import User
from review import composing, gate
from review.composing import Selection
from review.composition import Body
from review.freezing import Beside, proposed
from review.models import Composition, DryRun
from review.statistics.quick import quick_figures

TASK = "review.dry_run"
_STEPS = 3


def ask_for(composition: Composition, user: User) -> DryRun:
    """Start a dry run, or find the one of the same composition that is under way."""
    runs = composition.dry_runs.filter(body=composition.body, job__state__in=Job.LIVE)
    if live := runs.select_related("job").first():
        return live
    with transaction.atomic():
        job = jobs.start(TASK, composition.project, user)
        return DryRun.objects.create(
            composition=composition, body=composition.body, job=job, created_by=user
        )


def run(job: Job) -> None:
    """Select, examine and count, in a transaction that keeps only what was found. Safe to run again."""
    dry_run = DryRun.objects.select_related("composition").get(job=job)
    body = Body.from_json(dry_run.body)
    with Beside(job, _STEPS) as beside, transaction.atomic(), connection.cursor() as cursor:
        selection = composing.select(body, job.project, cursor)
        beside.advance(1)
        found = gate.examine(job.project, body, cursor, lambda _done, _all: beside.heed())
        # The gate's page shows it, unless the composition was changed meanwhile.
        if dry_run.composition.body == dry_run.body:
            gate.keep(found, cursor, composition=dry_run.composition, by=job.created_by)
        beside.advance(2)
        figures, proposal = quick_figures(cursor), asdict(proposed(job.project))
    result = {
        **told(selection), "figures": figures, "gate": found.as_json(), "proposed": proposal,
    }  # fmt: skip
    DryRun.objects.filter(pk=dry_run.pk).update(result=result)
    jobs.report(job, _STEPS, _STEPS)


def told(selection: Selection) -> dict[str, Any]:
    """A selection as plain data; shares are of all units, or of all rows."""
    every = sum(units for _, _, units in selection.parts) or 1
    return {
        "rows": selection.rows,
        "rejected": selection.rejected,
        "unit": selection.unit,
        "groups": selection.groups,
        "parts": [
            {
                "name": part.name,
                "ratio": part.ratio,
                "share": units / every,
                "asked": part.asked,
                "there": part.have.units,
                "rows": rows,
                "units": units,
                "lacks": max(0, part.lacks),
                "repeats": part.repeats,
            }
            for part, rows, units in selection.parts
        ],
        "splits": [
            {"name": one.name, "asked": one.asked, "rows": one.rows, "share": one.share}
            for one in selection.splits
        ],
    }
