from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from annotation.models import Job, Pair, Project, Source
from review.models.release import Release


class Retraction(models.Model):
    """Rows, a source or a person withdrawn for good. None is ever changed or taken back."""

    class What(models.TextChoices):
        ROW = "row", _("Single rows")
        SOURCE = "source", _("A source")
        PERSON = "person", _("A person")

    class Kind(models.TextChoices):
        """Why, as it is published beside the rows; a list of ours."""

        CONSENT = "consent", _("Consent was withdrawn")
        PERSONAL = "personal", _("Holds personal data")
        LICENCE = "licence", _("The licence does not allow it")
        CONTENT = "content", _("Wrong or harmful")
        OTHER = "other", _("Another reason")

    project = models.ForeignKey(Project, models.PROTECT, related_name="retractions")
    what = models.CharField(max_length=6, choices=What.choices)
    # Exactly one of the three is given, see the constraint.
    pair_ids = ArrayField(models.BigIntegerField(), default=list)
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # Of a person: also the rows of others' texts that they decided on.
    decided = models.BooleanField(default=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    reason = models.TextField()  # for those who lead the project; never published
    dated = models.DateField(default=timezone.localdate)  # as published
    # The job that carries it out: found again by a resumed job.
    job = models.OneToOneField(Job, models.PROTECT, related_name="retraction")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(what="row", source=None, person=None, decided=False)
                & ~models.Q(pair_ids=[])
                | models.Q(what="source", source__isnull=False, person=None, decided=False)
                & models.Q(pair_ids=[])
                | models.Q(what="person", person__isnull=False, source=None, pair_ids=[]),
                name="retraction_of_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["consent", "personal", "licence", "content", "other"]),
                name="retraction_kind_known",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="retraction_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.what} · {self.at:%Y-%m-%d}"

    @property
    def target(self) -> Any:
        """What was withdrawn: the source, the person, or how many rows were named."""
        return self.source or self.person or len(self.pair_ids)


class RetractedPair(models.Model):
    """A pair that no later release may hold. A trigger keeps it rejected; the first retraction counts."""

    pair = models.OneToOneField(Pair, models.PROTECT, related_name="retracted")
    retraction = models.ForeignKey(Retraction, models.PROTECT, related_name="pairs")

    def __str__(self) -> str:
        return f"{self.retraction_id}: {self.pair_id}"


class Withdrawal(models.Model):
    """A release that held rows when they were withdrawn, and how many: it is withdrawn itself."""

    retraction = models.ForeignKey(Retraction, models.PROTECT, related_name="withdrawals")
    release = models.ForeignKey(Release, models.PROTECT, related_name="withdrawals")
    rows = models.PositiveIntegerField()

    class Meta:
        ordering = ["release__number"]
        constraints = [
            models.UniqueConstraint(fields=["retraction", "release"], name="withdrawn_once"),
        ]

    def __str__(self) -> str:
        return f"{self.release}: {self.rows}"
