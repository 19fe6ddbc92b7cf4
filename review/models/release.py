from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models import Job, Pair, Project, Response


class Release(models.Model):
    """A frozen, numbered set of approved pairs. Rows are copied; triggers refuse any later change."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    summary = models.CharField(_("summary"), max_length=200)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # The job that froze it: found again by a resumed job, so that it freezes once.
    job = models.OneToOneField(Job, models.PROTECT, related_name="release")
    # Of a patched release: why it was built; the release it patches is `previous`.
    retraction = models.ForeignKey(
        "review.Retraction", models.PROTECT, null=True, related_name="patches"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="release_number_once"),
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.project} {self.number}"


class ReleaseItem(models.Model):
    """One row of a release: the nine published fields as they were when it was frozen."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="items", db_index=False)
    position = models.PositiveIntegerField()
    pair = models.ForeignKey(Pair, models.PROTECT, related_name="release_items")
    response = models.ForeignKey(Response, models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=80)  # the config it is published under
    licence = models.CharField(max_length=120, blank=True, default="")
    # instruction, input, output, task_type, domain, metadata, answer_from, human_verified, copyright
    record = models.JSONField()
    extra = models.JSONField(default=dict)  # what other formats need: system, history

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "position"], name="item_position_once"),
            models.UniqueConstraint(fields=["release", "pair"], name="item_pair_once"),
        ]

    def __str__(self) -> str:
        return f"{self.release_id}#{self.position}"


class ReleaseFile(models.Model):
    """One exported file of a release and its SHA-256; built from the items alone, so reproducible."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="files")
    exporter = models.CharField(max_length=20)
    filename = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    built_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "filename"], name="release_file_once"),
        ]
        ordering = ["filename"]

    def __str__(self) -> str:
        return self.filename
