"""The learned model: what people's decisions so far say about the pairs that wait."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from annotation.models.project import Project


class QualityModelQuerySet(models.QuerySet["QualityModel"]):
    def of(self, project_id: int) -> Self:
        return self.filter(project=project_id)


class QualityModel(models.Model):
    """One training: on which decisions, and what it looks at. Append-only (a trigger sees to it).

    It can be made again from what it names: the decisions and moves up to these ids, and the seed.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveSmallIntegerField()
    trained_at = models.DateTimeField(auto_now_add=True)
    decisions = models.PositiveIntegerField()  # it was trained on
    last_annotation = models.BigIntegerField()
    last_transition = models.BigIntegerField()  # reviewers' moves, which overrule annotators
    seed = models.PositiveIntegerField()
    words = ArrayField(models.TextField())  # each counts in the prompt and in the answers
    # Of each check it looks at: {"check", "log", "mean", "spread"}.
    checks = models.JSONField()
    seconds = models.JSONField()  # the median time of each kind of decision: {verb: seconds}

    objects = QualityModelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="quality_version_once"),
        ]
        get_latest_by = "version"

    def __str__(self) -> str:
        return f"v{self.version}"


class Predictor(models.Model):
    """What a training learned of one chance. Append-only too.

    chance = 1 / (1 + exp(-(slope · (weights · features + intercept) + offset)))
    """

    model = models.ForeignKey(QualityModel, models.PROTECT, related_name="predictors")
    check_id = models.CharField(max_length=20)
    # Little-endian float32: of the words in the prompt, of the words in the answers, of the checks.
    weights = models.BinaryField()
    intercept = models.FloatField()
    slope = models.FloatField()
    offset = models.FloatField()
    report = models.JSONField()  # what cross-validation found: see annotation.quality_fit.Report

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "check_id"], name="predictor_once"),
        ]

    def __str__(self) -> str:
        return f"{self.check_id} v{self.model_id}"
