from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models.job import Job
from annotation.models.project import Project


class Source(models.Model):
    """Where raw rows come from: a site, an exam, a dataset; with its recipe and licence."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="sources")
    name = models.CharField(_("name"), max_length=80)
    recipe = models.CharField(_("recipe"), max_length=20)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("project", "name", name="source_name_once")]

    def __str__(self) -> str:
        return self.name


class Batch(models.Model):
    """One file of a source. The same file again is the same batch, so it adds nothing.

    `next_line`, `next_offset` and the counters are the checkpoint: written in the transaction that
    stores the rows up to it, so that a killed import goes on from there and counts nothing twice.
    """

    source = models.ForeignKey(Source, models.PROTECT, related_name="batches")
    job = models.OneToOneField(Job, models.PROTECT, null=True)
    filename = models.CharField(max_length=255)
    path = models.CharField(max_length=500, help_text="relative to MEDIA_ROOT")
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    encoding = models.CharField(max_length=20)
    next_line = models.PositiveBigIntegerField(default=1)
    next_offset = models.BigIntegerField(default=0)
    added = models.PositiveBigIntegerField(default=0)
    already_here = models.PositiveBigIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("source", "sha256", name="batch_file_once")]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return self.filename


class ImportIssue(models.Model):
    """A line that was refused, or taken with a remark; the text is kept so that it can be mended."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="issues", db_index=False)
    line = models.PositiveBigIntegerField()
    field = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    refused = models.BooleanField(default=True)
    raw = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["batch", "line"], name="issue_by_line")]

    def __str__(self) -> str:
        return f"{self.line}: {self.code}"
