"""What a judge was asked and did not say: kept with the reason until it has said it."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cqia.lib.errors import CqiaError
from evaluation.judge_asking import Question
from evaluation.models import JudgeFailure, JudgeRun, JudgeScore, JudgeVerdict

Row = JudgeVerdict | JudgeScore
Outcome = tuple[Question, Row | Exception]


def settle(run: JudgeRun, outcomes: Sequence[Outcome]) -> None:
    """Store what came, and why the rest did not."""
    verdicts = [found for _, found in outcomes if isinstance(found, JudgeVerdict)]
    scores = [found for _, found in outcomes if isinstance(found, JudgeScore)]
    came = [asked.place for asked, found in outcomes if not isinstance(found, Exception)]
    with transaction.atomic():
        JudgeVerdict.objects.bulk_create(verdicts, ignore_conflicts=True)
        JudgeScore.objects.bulk_create(scores, ignore_conflicts=True)
        JudgeFailure.objects.filter(run=run, place__in=came).delete()
        for asked, found in outcomes:
            if isinstance(found, Exception):
                _keep(run, asked, found)


def _keep(run: JudgeRun, asked: Question, error: Exception) -> None:
    told = error if isinstance(error, CqiaError) else CqiaError("unexpected")
    own = {"code": told.code, "code_params": told.params}
    failure, is_new = JudgeFailure.objects.get_or_create(
        run=run, place=asked.place, defaults={**own, "prompt": asked.prompt}
    )
    if not is_new:
        again = JudgeFailure.objects.filter(pk=failure.pk)
        again.update(tries=F("tries") + 1, at=timezone.now(), **own)
