from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models import Pair, Project, Source
from review.models.composition import Composition
from review.models.release import Release


class GateWaiverQuerySet(models.QuerySet["GateWaiver"]):
    def standing(self, project: Project, use: str) -> Self:
        return self.filter(project=project, use=use, ended_at=None)


class GateWaiver(models.Model):
    """A person's word that what the gate holds back may go out: who, why, and for which use.

    It stands for one row where `pair` is set, for a source where `source` is, and else for every row
    with this `subject`: the kind of licence, the consent, the terms, whatever the rule found. Should
    a source's terms change, the subject is another and the waiver stands no more.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="gate_waivers")
    use = models.CharField(max_length=10)
    rule = models.CharField(max_length=20)
    subject = models.CharField(max_length=200, blank=True, default="")
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+")
    pair = models.ForeignKey(Pair, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=400)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    objects = GateWaiverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="gate_waiver_has_reason"),
            models.CheckConstraint(
                condition=models.Q(source=None) | models.Q(pair=None),
                name="gate_waiver_of_a_row_or_a_source",
            ),
            models.UniqueConstraint(
                fields=["project", "use", "rule", "subject", "source", "pair"],
                condition=models.Q(ended_at=None),
                nulls_distinct=False,
                name="gate_waiver_standing_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.reason}"


class GateReport(models.Model):
    """What the gate found in a selection: of a composition when it was looked at (none: everything
    approved), or of a release when it was frozen. Never changed (a trigger sees to it)."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="gate_reports")
    composition = models.ForeignKey(
        Composition, models.PROTECT, null=True, related_name="gate_reports"
    )
    release = models.OneToOneField(Release, models.PROTECT, null=True, related_name="gate_report")
    use = models.CharField(max_length=10)
    table = models.PositiveIntegerField()  # number of the licence table
    rows = models.PositiveIntegerField()
    passed = models.BooleanField()
    figures = models.JSONField()  # what review found; the same wherever the release is built
    measured = models.JSONField()  # rows whose texts had to be read anew, by rule
    sources = models.JSONField()  # each source's terms as they were, and its rows
    waivers = models.JSONField()  # those that counted: rule, subject, of what, reason, by, rows
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["project", "composition", "-id"], name="gate_report_last")]

    def __str__(self) -> str:
        return f"{self.rows}: {self.passed}"


class GateProblem(models.Model):
    """One thing wrong with some rows of a report. Never changed (a trigger sees to it)."""

    class Level(models.TextChoices):
        BLOCK = "block", _("holds the release back")
        WARN = "warn", _("is only told")

    report = models.ForeignKey(GateReport, models.CASCADE, related_name="problems")
    rule = models.CharField(max_length=20)
    level = models.CharField(max_length=5, choices=Level.choices)
    subject = models.CharField(max_length=200, blank=True, default="")
    # Set where it hangs on the terms of a source: then it is a problem of that source.
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+")
    count = models.PositiveIntegerField()  # rows, those that are waived included
    waived = models.PositiveIntegerField()
    # The rows that are not waived, in the order of the release, and what was found in each.
    pairs = ArrayField(models.BigIntegerField())
    words = ArrayField(models.TextField())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "rule", "level", "subject", "source"],
                nulls_distinct=False,
                name="gate_problem_once",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.rule}: {self.subject}"


class TextFinding(models.Model):
    """What a check found in a pair's texts as they would be released; it counts for as long as
    neither the texts (`digest`) nor the check's version change."""

    pair = models.ForeignKey(Pair, models.CASCADE, related_name="+", db_index=False)
    check_id = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    digest = models.BinaryField()  # SHA-256
    score = models.FloatField()
    words = models.CharField(max_length=200, blank=True, default="")  # never personal data itself

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "check_id"], name="text_finding_once"),
        ]

    def __str__(self) -> str:
        return f"{self.check_id}={self.score}"
