"""A judge by score: each answer read alone and given points, as BELLE's prompts ask for.

Of two answers to a prompt the one with more points is better to this judge; as many are a tie.
"""

from collections.abc import Iterator

from django.db import models
from django.db.models import Q

from cqia.lib import llm
from evaluation import judge_asking
from evaluation.judge_asking import Alone
from evaluation.models import Answer, JudgeRun, JudgeScore, Matchup

_CHUNK = 200  # answers read together


def wanted(run: JudgeRun) -> int:
    """Scores that the run comes to: one for each answer that is compared."""
    return _answers(run).count()


def given(run: JudgeRun) -> int:
    return run.scores.count()


def missing(run: JudgeRun) -> Iterator[Alone]:
    """Every answer that is compared, without those that have their score."""
    last = 0
    while chunk := list(
        _answers(run).filter(pk__gt=last).select_related("prompt").order_by("pk")[:_CHUNK]
    ):
        scores = JudgeScore.objects.filter(run=run, answer__in=chunk)
        known = set(scores.values_list("answer", flat=True))
        yield from (Alone(run.campaign, each) for each in chunk if each.pk not in known)
        last = chunk[-1].pk


def row(run: JudgeRun, asked: Alone, found: llm.Completion) -> JudgeScore:
    """Not stored yet. Raises CqiaError where the judge said something else than was asked."""
    said = judge_asking.read_score(found)
    return JudgeScore(
        run=run, answer=asked.answer, score=said.score, reason=said.reason, model=found.model[:200]
    )


def _answers(run: JudgeRun) -> models.QuerySet[Answer]:
    real = Matchup.objects.filter(campaign=run.campaign_id, kind=Matchup.Kind.REAL)
    compared = Q(pk__in=real.values("first")) | Q(pk__in=real.values("second"))
    return Answer.objects.filter(compared)
