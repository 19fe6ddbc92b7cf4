"""A judge by comparison: which of two answers is better, each pair asked in both orders."""

from collections.abc import Iterator

from django.db import models

from cqia.lib import llm
from evaluation import judge_asking
from evaluation.judge_asking import Pair
from evaluation.models import JudgeRun, JudgeVerdict, Matchup

_CHUNK = 200  # comparisons read together

Better = JudgeVerdict.Better
_BETTER = {"A": Better.FIRST, "B": Better.SECOND, "tie": Better.TIE}
_OTHER = {Better.FIRST: Better.SECOND, Better.SECOND: Better.FIRST, Better.TIE: Better.TIE}


def wanted(run: JudgeRun) -> int:
    """Verdicts that the run comes to: two for each real comparison."""
    return 2 * _matchups(run).count()


def given(run: JudgeRun) -> int:
    return run.verdicts.count()


def missing(run: JudgeRun) -> Iterator[Pair]:
    """Every comparison in both orders, without those that a verdict is stored of."""
    last = 0
    while chunk := list(
        _matchups(run)
        .filter(pk__gt=last)
        .select_related("campaign", "prompt", "first", "second")
        .order_by("pk")[:_CHUNK]
    ):
        verdicts = JudgeVerdict.objects.filter(run=run, matchup__in=chunk)
        known = set(verdicts.values_list("matchup", "swapped"))
        for matchup in chunk:
            for swapped in (False, True):
                if (matchup.pk, swapped) not in known:
                    yield Pair(matchup, swapped)
        last = chunk[-1].pk


def row(run: JudgeRun, asked: Pair, found: llm.Completion) -> JudgeVerdict:
    """Not stored yet. Raises CqiaError where the judge said something else than was asked."""
    said = judge_asking.read_pair(found)
    better = _BETTER[said.better]
    return JudgeVerdict(
        run=run,
        matchup=asked.matchup,
        swapped=asked.swapped,
        better=_OTHER[better] if asked.swapped else better,
        reason=said.reason,
        model=found.model[:200],
    )


def _matchups(run: JudgeRun) -> models.QuerySet[Matchup]:
    return Matchup.objects.filter(campaign=run.campaign_id, kind=Matchup.Kind.REAL)
