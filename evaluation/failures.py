"""Answers that were asked for and did not come: kept with the reason until they have."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cqia.lib.errors import CqiaError
from evaluation.models import Answer, AnswerFailure, ModelVersion, Prompt

Place = tuple[int, int, int]
"""Prompt, model and sample: where an answer stands."""


class Failed(NamedTuple):
    prompt: Prompt
    sample: int
    error: Exception


def settle(model: ModelVersion, answers: Sequence[Answer], errors: Sequence[Failed]) -> None:
    """Store what came, and why the rest did not."""
    with transaction.atomic():
        Answer.objects.bulk_create(answers, ignore_conflicts=True)
        forget([(each.prompt_id, model.pk, each.sample) for each in answers])
        for failed in errors:
            _keep(model, failed)


def forget(places: Sequence[Place]) -> None:
    """The answers at these places are there now."""
    wanted = set(places)
    failures = AnswerFailure.objects.filter(
        prompt__in={place[0] for place in wanted}, model__in={place[1] for place in wanted}
    )
    gone = [
        pk
        for pk, *place in failures.values_list("pk", "prompt", "model", "sample")
        if tuple(place) in wanted
    ]
    AnswerFailure.objects.filter(pk__in=gone).delete()


def _keep(model: ModelVersion, failed: Failed) -> None:
    error = failed.error if isinstance(failed.error, CqiaError) else CqiaError("unexpected")
    own = {"code": error.code, "code_params": error.params}
    place = {"prompt": failed.prompt, "model": model, "sample": failed.sample}
    failure, is_new = AnswerFailure.objects.get_or_create(**place, defaults=own)
    if not is_new:
        again = AnswerFailure.objects.filter(pk=failure.pk)
        again.update(tries=F("tries") + 1, at=timezone.now(), **own)
