from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models.job import Job
from annotation.models.pair import Pair
from annotation.models.project import Project
from cqia.lib.errors import explain


class BenchmarkQuerySet(models.QuerySet["Benchmark"]):
    def of(self, project: Project) -> Self:
        return self.filter(project=project)

    def watched(self) -> Self:
        """Those that pairs are compared with."""
        return self.filter(active=True, ready=True)


class Benchmark(models.Model):
    """A set of test items that must not be in the dataset: hashes of its items, never their text.

    `revision` grows in a project with whatever changes what pairs are compared with, so that their
    findings are measured anew.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="benchmarks")
    name = models.CharField(_("name"), max_length=80)
    filename = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=10)
    encoding = models.CharField(max_length=20)
    path = models.CharField(max_length=500, blank=True)  # under MEDIA_ROOT, until it has been read
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="+")
    ready = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=0)
    items_read = models.PositiveIntegerField(default=0)
    too_short = models.PositiveIntegerField(default=0)  # items by which nothing can be told
    # Rows that could not be read: [{"line": 3, "code": …, "params": {…}}], the first of them.
    issues = models.JSONField(default=list)
    refused = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BenchmarkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("project", "name", name="benchmark_name_once"),
            models.UniqueConstraint("project", "sha256", name="benchmark_file_once"),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def faults(self) -> list[tuple[int, str]]:
        """The rows that could not be read, each with why, in the reader's language."""
        return [(one["line"], explain(one["code"], one["params"])) for one in self.issues]


class BenchmarkItem(models.Model):
    """One test item as hashes: of its character n-grams, and its MinHash signature."""

    benchmark = models.ForeignKey(Benchmark, models.CASCADE, related_name="items")
    label = models.CharField(max_length=120)  # the item's id in its file, or its line
    grams = models.BinaryField()  # unsigned 64-bit little-endian, distinct
    signature = models.BinaryField()  # unsigned 32-bit little-endian; empty for a short item

    def __str__(self) -> str:
        return self.label


class Waiver(models.Model):
    """A person's word that a pair may stay though it is like a benchmark's item: who and why."""

    pair = models.OneToOneField(Pair, models.PROTECT, related_name="waiver")
    reason = models.CharField(_("reason"), max_length=400)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="waiver_has_reason")
        ]

    def __str__(self) -> str:
        return f"{self.pair_id}: {self.reason}"
