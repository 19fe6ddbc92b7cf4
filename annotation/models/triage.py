from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models.annotation import Annotation
from annotation.models.job import Job
from annotation.models.pair import Pair
from annotation.models.project import Project
from annotation.models.source import Source


class Triage(models.Model):
    """What somebody decided of all that waits of a source, or of one of its tasks, from a sample."""

    class Verdict(models.TextChoices):
        KEEP = "keep", _("Keep all")
        DROP = "drop", _("Drop all")
        SINGLY = "singly", _("Go on one by one")

    project = models.ForeignKey(Project, models.PROTECT, related_name="triages")
    source = models.ForeignKey(Source, models.PROTECT, related_name="triages")
    task = models.TextField(blank=True, default="")  # one of Pair.task_major; empty: all
    sample = ArrayField(models.BigIntegerField())  # the pairs that were looked at
    verdict = models.CharField(max_length=6, choices=Verdict.choices)
    reason = models.CharField(max_length=40, blank=True, default="")  # a key of the form in force
    note = models.TextField(blank=True, default="")
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="triage")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(verdict="drop", reason=""), name="triage_drops_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} · {self.verdict}"


class TriageItem(models.Model):
    """A pair that a triage moved, by which it is undone; the decision it made where it kept it."""

    triage = models.ForeignKey(Triage, models.CASCADE, related_name="items")
    pair = models.ForeignKey(Pair, models.PROTECT, related_name="+")
    annotation = models.OneToOneField(Annotation, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["triage", "pair"], name="triage_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.triage_id} · {self.pair_id}"
