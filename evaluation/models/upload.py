from collections.abc import Iterator

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models import Job
from cqia.lib.errors import CqiaError
from evaluation.models.prompt import PromptSet


class Upload(models.Model):
    """One file of prompts or answers that was brought in.

    `next_line`, `next_offset` and the counters are its checkpoint: written in the transaction that
    stores the rows up to it, so that a killed import goes on from there and counts nothing twice.
    """

    class Kind(models.TextChoices):
        PROMPTS = "prompts", _("prompts")
        ANSWERS = "answers", _("answers")

    prompt_set = models.ForeignKey(PromptSet, models.PROTECT, related_name="uploads")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="+")
    # How the file is read (annotation.sources.readers): jsonl, csv or json.
    reader = models.CharField(max_length=5, default="jsonl")
    # Whose the answers are where a record does not say so.
    model_name = models.CharField(max_length=120, blank=True, default="")
    filename = models.CharField(max_length=255)
    path = models.CharField(max_length=500, help_text="relative to MEDIA_ROOT")
    encoding = models.CharField(max_length=20)
    next_line = models.PositiveBigIntegerField(default=1)
    next_offset = models.BigIntegerField(default=0)
    added = models.PositiveBigIntegerField(default=0)
    already_here = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    # [{"line", "code", "params"}, …] of the first refused lines (evaluation.prompts.ISSUES_KEPT).
    issues = models.JSONField(default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["prompts", "answers"]), name="upload_kind_known"
            )
        ]

    def __str__(self) -> str:
        return self.filename

    def refusals(self) -> Iterator[tuple[int, CqiaError]]:
        """The refused lines that were kept, each with its reason in the reader's language."""
        for issue in self.issues:
            yield issue["line"], CqiaError(issue["code"], issue["params"])
