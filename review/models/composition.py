from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models import Job, Project

COMPOSITION_NAME_LENGTH = 80


class Composition(models.Model):
    """A saved way to compose releases: `body` is the JSON of review.composition.Body."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="compositions")
    name = models.CharField(_("name"), max_length=COMPOSITION_NAME_LENGTH)
    body: Any = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="composition_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="composition_has_name"),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DryRun(models.Model):
    """What freezing a composition would give; `result` as review.dry_runs makes it, once it is done."""

    composition = models.ForeignKey(Composition, models.CASCADE, related_name="dry_runs")
    # As it was when it was asked for: it may be changed since.
    body: Any = models.JSONField()
    job = models.OneToOneField(Job, models.PROTECT, related_name="dry_run")
    result: Any = models.JSONField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.composition} · {self.pk}"
