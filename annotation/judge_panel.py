"""What the judges have said so far: their scores, agreement, cost and failures, for a lead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, F, FloatField, Max, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.judge_prompt import HIGHEST, LOWEST
from annotation.judge_templates import CRITERIA
from annotation.models import Judgement, Project
from cqia.lib import charts
from cqia.lib.agreement import Agreement, agreement
from cqia.lib.agreement_chart import score_scatter
from cqia.lib.errors import explain

LATEST = 50_000  # judgements that agreement and plots look at: a page stays quick
FAILURES = 30
_BIN = 0.5
CRITERION_NAMES = {
    "helpfulness": gettext_lazy("Helpfulness"),
    "correctness": gettext_lazy("Correctness"),
    "relevance": gettext_lazy("Relevance"),
    "fluency": gettext_lazy("Fluency"),
    "safety": gettext_lazy("Safety"),
}


@dataclass(frozen=True)
class Tenure:
    """What one model said under one prompt in the place of judge 1 or 2. Seconds are of requests."""

    judge: int
    model: str
    template: str
    version: int
    method: str
    scored: int
    failed: int
    mean: float | None
    criteria: list[float | None]
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    last: datetime

    @property
    def answers(self) -> int:
        return self.scored + self.failed

    @property
    def tokens_each(self) -> float:
        return (self.prompt_tokens + self.completion_tokens) / self.answers

    @property
    def seconds_each(self) -> float:
        return self.seconds / self.answers


@dataclass(frozen=True)
class Failure:
    judgement: Judgement
    reason: str


def tenures(project: Project) -> list[Tenure]:
    """Everybody who has judged, with scores and cost; the latest first within each place."""
    rows = (
        _of(project)
        .values("judge", "model", "template", "prompt_version", "method")
        .annotate(
            scored=Count("score"),
            all=Count("id"),
            mean=Avg("score"),
            prompt_sum=Sum("prompt_tokens"),
            completion_sum=Sum("completion_tokens"),
            seconds_sum=Sum("seconds"),
            last=Max("created_at"),
            **{f"mean_{name}": Avg(_criterion(name)) for name in CRITERIA},
        )
        .order_by("judge", "-last")
    )
    return [_tenure(row) for row in rows]


def failures(project: Project) -> list[Failure]:
    """The latest answers without a score, each with the reason."""
    failed = _of(project).filter(score__isnull=True).select_related("pair").order_by("-id")
    return [
        Failure(one, explain(one.failure, one.params.get("failure", {})))
        for one in failed[:FAILURES]
    ]


def both(project: Project) -> list[tuple[float, float]]:
    """The latest scores of the answers that two judges have scored, first judge's first."""
    return [(scores[1], scores[2]) for scores in _latest(project) if len(scores) == 2]


def agreed(project: Project) -> Agreement | None:
    """How far the two judges agree; None where no answer has been scored by both."""
    points = both(project)
    return agreement([one for one, _ in points], [other for _, other in points])


def agreement_chart(project: Project) -> charts.Chart:
    return score_scatter(
        both(project),
        title=_("Scores of the two judges"),
        axes=(_("First judge"), _("Second judge")),
        limits=(LOWEST, HIGHEST),
    )


def score_chart(project: Project, judge: int) -> charts.Chart:
    """How the scores of one judge spread, in half points."""
    scores = [by_judge[judge] for by_judge in _latest(project) if judge in by_judge]
    names = {1: _("Scores of the first judge"), 2: _("Scores of the second judge")}
    title = names.get(judge, "")
    return charts.histogram(_bins(scores), title=title, axis=_("points"))


def _bins(scores: Sequence[float]) -> list[tuple[float, float, int]]:
    count = int((HIGHEST - LOWEST) / _BIN)
    counts = [0] * count
    for score in scores:
        counts[min(int((score - LOWEST) / _BIN), count - 1)] += 1
    return [(LOWEST + i * _BIN, LOWEST + (i + 1) * _BIN, n) for i, n in enumerate(counts)]


def _of(project: Project) -> QuerySet[Judgement]:
    return Judgement.objects.filter(pair__project=project)


def _latest(project: Project) -> list[dict[int, float]]:
    """The latest score by each judge, of each answer; of the LATEST scores alone."""
    rows = (
        _of(project)
        .filter(score__isnull=False, params__has_key="answer")
        .order_by("-created_at", "-id")
        .values_list("pair", KeyTextTransform("answer", "params"), "judge", "score")
    )
    latest: dict[tuple[int, str], dict[int, float]] = {}
    for pair_id, answer, judge, score in rows[:LATEST]:
        latest.setdefault((pair_id, answer), {}).setdefault(judge, score or 0.0)
    return list(latest.values())


def _criterion(name: str) -> Cast:
    return Cast(KeyTextTransform(name, F("criteria")), FloatField())


def _tenure(row: Mapping[str, Any]) -> Tenure:
    return Tenure(
        judge=row["judge"],
        model=row["model"],
        template=row["template"],
        version=row["prompt_version"],
        method=str(Judgement.Method(row["method"]).label),
        scored=row["scored"],
        failed=row["all"] - row["scored"],
        mean=row["mean"],
        criteria=[row[f"mean_{name}"] for name in CRITERIA],
        prompt_tokens=row["prompt_sum"],
        completion_tokens=row["completion_sum"],
        seconds=row["seconds_sum"],
        last=row["last"],
    )
