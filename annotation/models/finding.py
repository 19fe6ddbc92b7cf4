from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models.pair import Pair
from annotation.models.project import Project


class FindingQuerySet(models.QuerySet["Finding"]):
    def of(self, project: Project) -> Self:
        return self.filter(project=project)


class Finding(models.Model):
    """What one check measured on one pair: a score, and the evidence for it. It decides nothing."""

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="findings", db_index=False)
    # The pair's project once more: histograms and lines are ranges of one index.
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False)
    check_id = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    score = models.FloatField()
    evidence = models.TextField(blank=True, default="")

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "check_id"], name="finding_once_per_check"),
        ]
        indexes = [
            models.Index(
                fields=["project", "check_id", "score"], include=["pair"], name="finding_by_score"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_id}={self.score}"


class Threshold(models.Model):
    """Where one project draws the line of one check: a pair scoring outside [low, high] is dropped."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="thresholds")
    check_id = models.CharField(max_length=20)
    enabled = models.BooleanField(default=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("project", "check_id", name="threshold_once_per_check"),
        ]

    def __str__(self) -> str:
        return f"{self.check_id}: {self.low}–{self.high}"


class Judgement(models.Model):
    """A judge's score of one answer, or its failure; found again by the hash of what was asked."""

    class Method(models.TextChoices):
        """How a score came about."""

        WRITTEN = "written", _("as written")  # the number in the answer, as of the first prompt
        PROBABILITIES = "logprobs", _("token probabilities")
        SAMPLES = "samples", _("mean of several answers")

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="judgements")
    judge = models.PositiveSmallIntegerField(default=1)
    payload_hash = models.CharField(max_length=64)
    model = models.CharField(max_length=200)
    template = models.CharField(max_length=20, default="built-in")
    prompt_version = models.PositiveSmallIntegerField()  # of the template
    params = models.JSONField(default=dict)
    method = models.CharField(max_length=10, choices=Method.choices, default=Method.WRITTEN)
    score = models.FloatField(null=True)
    criteria = models.JSONField(default=dict)  # the score of each criterion by its name
    reason = models.TextField(blank=True, default="")
    failure = models.TextField(blank=True, default="")
    prompt_tokens = models.PositiveIntegerField(default=0)
    completion_tokens = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pair", "judge", "payload_hash"], name="judgement_once_per_question"
            ),
            # Either a score or a failure: a failure is never recorded as a score.
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) ^ models.Q(failure=""),
                name="judgement_score_or_failure",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.score}"
