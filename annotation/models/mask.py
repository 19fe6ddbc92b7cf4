from typing import Self

from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models.pair import Pair, Response
from annotation.models.project import Project


class MaskQuerySet(models.QuerySet["Mask"]):
    def standing(self) -> Self:
        """Not undone, oldest first."""
        return self.filter(undone_at=None).order_by("id")

    def of(self, project: Project) -> Self:
        return self.filter(pair__project=project)


class Mask(models.Model):
    """One text in which personal data was replaced, as it stood before. For leads' eyes only."""

    class Field(models.TextChoices):
        """Which text: one of the pair's, or that of an answer."""

        SYSTEM = "system", _("System")
        HISTORY = "history", _("Earlier turns")
        INSTRUCTION = "instruction", _("Question")
        INPUT = "input", _("Input")
        ANSWER = "text", _("Answer")

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="masks")
    response = models.ForeignKey(
        Response, models.PROTECT, null=True, related_name="+", db_index=False
    )
    field = models.CharField(max_length=11, choices=Field.choices)
    original = models.JSONField()  # a text, or the earlier turns as they are stored
    put = models.TextField()  # the placeholders, in their order
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    # The time of the transaction, which the moves that follow from it have, too.
    at = models.DateTimeField(db_default=TransactionNow())
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(null=True)

    objects = MaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(field="text") ^ models.Q(response=None),
                name="mask_of_an_answer_or_the_pair",
            ),
            models.CheckConstraint(
                condition=models.Q(undone_at=None, undone_by=None)
                | models.Q(undone_at__isnull=False, undone_by__isnull=False),
                name="mask_undone_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pair_id}: {self.put}"
