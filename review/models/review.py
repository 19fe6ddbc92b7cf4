from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models import Pair, Response


class Review(models.Model):
    """One reviewer's decision on an annotated pair. None is ever changed; the last one counts."""

    class Verb(models.TextChoices):
        APPROVE = "approve", _("Approve")
        FIX = "fix", _("Fix and approve")
        RETURN = "return", _("Send back")
        REJECT = "reject", _("Reject")

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews")
    verb = models.CharField(max_length=7, choices=Verb.choices)
    # The answer that may be released: what the annotator chose, or the reviewer's own fix.
    response = models.ForeignKey(
        Response, models.PROTECT, null=True, related_name="+", db_index=False
    )
    # The prompt that may be released; null where it stays as it was imported.
    instruction = models.TextField(null=True)
    input = models.TextField(null=True)
    remark = models.TextField(blank=True, default="")
    seconds = models.FloatField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verb__in=["approve", "fix"], response__isnull=False)
                | models.Q(verb__in=["return", "reject"], response__isnull=True),
                name="approved_with_an_answer",
            ),
            models.CheckConstraint(
                condition=~models.Q(verb="return", remark=""), name="sent_back_with_a_remark"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} · {self.pair_id}"
