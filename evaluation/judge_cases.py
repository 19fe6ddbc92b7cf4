"""What people and a judge said of the same comparisons: from the database to plain cases."""

from collections import defaultdict
from math import log2

from django.db.models.functions import Length

from evaluation.models import Answer, Ballot, JudgeRun, JudgeScore, JudgeVerdict, Matchup
from evaluation.statistics.judges import Case, majority

_SIGN = {"first": 1, "second": -1, "tie": 0}


def cases_of(run: JudgeRun) -> list[Case]:
    """Comparisons that people voted on and that the judge has an opinion of, in either order.

    One that scores answers alone has the same in both.
    """
    said = _scored(run) if run.method == JudgeRun.Method.SCORE else _judged(run)
    voted = _voted(run)
    both = [pk for pk, orders in said.items() if len(orders) == 2 and pk in voted]
    matchups = Matchup.objects.filter(campaign=run.campaign_id, kind=Matchup.Kind.REAL, pk__in=both)
    lengths = _lengths(run)
    return [
        Case(
            people=majority(voted[pk]),
            straight=said[pk][False],
            swapped=said[pk][True],
            category=category,
            models=(one, other),
            longer=_sign(lengths[first] - lengths[second]),
            ratio=log2(max(lengths[first], 1) / max(lengths[second], 1)),
        )
        for pk, category, first, second, one, other in matchups.order_by("pk").values_list(
            "pk", "prompt__category", "first", "second", "first__model__name", "second__model__name"
        )
    ]


def _judged(run: JudgeRun) -> dict[int, dict[bool, int]]:
    said: dict[int, dict[bool, int]] = defaultdict(dict)
    verdicts = JudgeVerdict.objects.filter(run=run).values_list("matchup", "swapped", "better")
    for matchup, swapped, better in verdicts.iterator():
        said[matchup][swapped] = _SIGN[better]
    return said


def _scored(run: JudgeRun) -> dict[int, dict[bool, int]]:
    """More points are better, as many a tie; comparisons of which one answer has none are left out."""
    scores = dict(JudgeScore.objects.filter(run=run).values_list("answer", "score"))
    matchups = Matchup.objects.filter(campaign=run.campaign_id, kind=Matchup.Kind.REAL)
    said = {}
    for pk, first, second in matchups.values_list("pk", "first", "second").iterator():
        if first in scores and second in scores:
            said[pk] = dict.fromkeys((False, True), _sign(scores[first] - scores[second]))
    return said


def _voted(run: JudgeRun) -> dict[int, list[int]]:
    """The counted votes on each comparison; both bad is a tie."""
    voted: dict[int, list[int]] = defaultdict(list)
    votes = Ballot.objects.counted().filter(campaign=run.campaign_id)
    for matchup, choice, first_is_left in votes.values_list(
        "matchup", "choice", "first_is_left"
    ).iterator():
        side = {"left": 1, "right": -1}.get(choice, 0)
        voted[matchup].append(side if first_is_left else -side)
    return voted


def _lengths(run: JudgeRun) -> dict[int, int]:
    """Characters of each answer, read in the database."""
    answers = Answer.objects.filter(
        prompt__prompt_set=run.campaign.prompt_set_id, model__campaigns=run.campaign_id
    )
    return dict(answers.annotate(characters=Length("text")).values_list("pk", "characters"))


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)
