from typing import Self

from django.conf import settings
from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
    URLValidator,
)
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from annotation.models.job import Job
from annotation.models.project import Project
from annotation.sources.recipes import recipe_of
from cqia.lib.errors import explain

NAME_LENGTH, LICENCE_LENGTH, KIND_LENGTH = 80, 120, 40
MOST_FLOOR = 1_000_000  # characters

_NOTICES = {
    "utf-8-sig": "bom_removed",
    "gb18030": "gb18030_read",
    "utf-16-le": "utf16_read",
    "utf-16-be": "utf16_read",
}


class BatchQuerySet(models.QuerySet["Batch"]):
    def with_figures(self) -> Self:
        """With `refused` and `noted`, how many lines were refused and taken with a remark."""
        return self.annotate(
            refused=models.Count("issues", filter=models.Q(issues__refused=True)),
            noted=models.Count("issues", filter=models.Q(issues__refused=False)),
        )


class Source(models.Model):
    """Where raw rows come from: a site, an exam, a dataset; with its recipe and its terms."""

    UNKNOWN = "unknown"

    class Consent(models.TextChoices):
        """Whether those who wrote the texts, or are spoken of in them, agreed to their use."""

        GIVEN = "given", pgettext_lazy("consent", "given")
        NOT_NEEDED = "not_needed", pgettext_lazy("consent", "not needed")
        UNKNOWN = "unknown", pgettext_lazy("consent", "unknown")
        REFUSED = "refused", pgettext_lazy("consent", "refused")

    class OutputTerms(models.TextChoices):
        """What may be done with answers that a model wrote, by the terms under which it was used."""

        NONE = "none", pgettext_lazy("use", "no answer is a model's")
        FREE = "free", pgettext_lazy("use", "for anything")
        NO_RIVALS = "no_rivals", pgettext_lazy("use", "for anything but models that compete")
        RESEARCH = "research", pgettext_lazy("use", "for research only")
        UNKNOWN = "unknown", pgettext_lazy("use", "unknown")

    project = models.ForeignKey(Project, models.PROTECT, related_name="sources")
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    recipe = models.CharField(_("recipe"), max_length=20)
    licence = models.CharField(_("licence"), max_length=LICENCE_LENGTH, blank=True)
    # By which the licence table knows it; annotation.terms lists the usual ones.
    licence_kind = models.CharField(
        _("kind of licence"),
        max_length=KIND_LENGTH,
        default=UNKNOWN,
        validators=[RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9.+-]*\Z")],
    )
    consent = models.CharField(
        _("consent"), max_length=10, choices=Consent.choices, default=Consent.UNKNOWN
    )
    output_terms = models.CharField(
        _("use of model answers"),
        max_length=10,
        choices=OutputTerms.choices,
        default=OutputTerms.UNKNOWN,
    )
    terms_url = models.CharField(
        _("where this is written"),
        max_length=500,
        blank=True,
        default="",
        validators=[URLValidator(["http", "https"])],
    )
    answer_floor = models.PositiveIntegerField(
        _("least characters of an answer"),
        null=True,
        blank=True,
        help_text=_("Empty: what the recipe asks for the kind of task. 0: none."),
    )
    # How often the floor was changed: part of the version of the findings that depend on it.
    floor_changes = models.PositiveIntegerField(default=0, editable=False)
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text=_("1 comes first, 9 last; it counts where the queue goes by priority."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("project", "name", name="source_name_once"),
            models.CheckConstraint(
                condition=models.Q(consent__in=["given", "not_needed", "unknown", "refused"])
                & models.Q(output_terms__in=["none", "free", "no_rivals", "research", "unknown"]),
                name="source_terms_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def known_kind(self) -> str:
        """The kind of licence, or nothing where it is unknown."""
        return "" if self.licence_kind == self.UNKNOWN else self.licence_kind

    @property
    def recipe_name(self) -> str:
        recipe = recipe_of(self.recipe)
        return self.recipe if recipe is None else str(recipe.name)


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

    objects = BatchQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("source", "sha256", name="batch_file_once")]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return self.filename

    @property
    def notice(self) -> str:
        """What was done to the whole file to read it; empty where nothing was."""
        return explain(_NOTICES[self.encoding], {}) if self.encoding in _NOTICES else ""


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

    @property
    def message(self) -> str:
        """What is wrong, in the reader's language."""
        return explain(self.code, self.params)
