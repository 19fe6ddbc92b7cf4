"""Rehearsing: the files of a release are tried by the programs that will read them, as a job."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from annotation import jobs
from annotation.models import Job
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from review.models import Rehearsal, Release
from review.rehearsal import CONSUMERS
from review.releases import folder

TASK = "review.rehearse"
# Defaults of this project.
CUT_OFF, ROWS = 2048, 2000


def ask_for(release: Release, user: User, options: dict[str, Any]) -> Rehearsal:
    """Start the job. `options` as in Rehearsal.options, its tokenizer by the name of its folder."""
    if options["tokenizer"] and options["tokenizer"] not in tokenizers():
        raise CqiaError("unknown_tokenizer", {"tokenizer": options["tokenizer"]})
    with transaction.atomic():
        job = jobs.start(TASK, release.project, user)
        return Rehearsal.objects.create(release=release, job=job, options=options, created_by=user)


def rehearse(job: Job) -> None:
    """Try each consumer that has not been tried; a killed job goes on with the next."""
    rehearsal = job.rehearsal
    asked = [each for each in CONSUMERS if each.id in rehearsal.options["consumers"]]
    tried = {outcome["id"] for outcome in rehearsal.results}
    named = rehearsal.options["tokenizer"]
    options = {**rehearsal.options, "tokenizer": str(tokenizers()[named]) if named else ""}
    for done, consumer in enumerate(asked):
        jobs.report(job, done, len(asked))
        if consumer.id in tried or (consumer.wants_tokenizer and not named):
            continue
        place = folder(rehearsal.release)
        outcome = consumer.try_on(place, options, lambda: jobs.heed(job))
        rehearsal.results.append(outcome)
        rehearsal.save(update_fields=["results"])
    jobs.report(job, len(asked), len(asked))


def tokenizers() -> dict[str, Path]:
    """The folders with a tokenizer.json that lie in CQIA_TOKENIZERS, by name."""
    if not settings.TOKENIZERS:
        return {}
    found = sorted(Path(settings.TOKENIZERS).glob("*/tokenizer.json"))
    return {path.parent.name: path.parent for path in found}
