from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models.claim import Claim
from annotation.models.pair import Pair, Response
from annotation.models.project import Guideline


class Annotation(models.Model):
    """One decision of one annotator on one pair. A pair sent back gets another; none is changed."""

    class Verb(models.TextChoices):
        ACCEPT = "accept", _("Accept")
        REWRITE = "rewrite", _("Rewrite")
        REJECT = "reject", _("Reject")
        RANK = "rank", _("Rank")

    class Reason(models.TextChoices):
        """Why a pair is rejected. Ours: the paper publishes no taxonomy."""

        WRONG = "wrong", _("Wrong facts")
        OFF_TOPIC = "off_topic", _("Off topic")
        ADVERTISEMENT = "ad", _("Advertisement")
        HARMFUL = "harmful", _("Harmful")
        FORMAT = "format", _("Broken format")
        UNANSWERABLE = "unanswerable", _("Cannot be answered")
        OTHER = "other", _("Other")

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="annotations")
    # Indexed for the closing of slots: each one that goes is looked for here.
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="annotations")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="annotations")
    verb = models.CharField(max_length=7, choices=Verb.choices)
    # The answer this decision stands for: accepted, written, or ranked first; none when rejected.
    response = models.ForeignKey(
        Response, models.PROTECT, null=True, related_name="+", db_index=False
    )
    ranking = ArrayField(models.BigIntegerField(), default=list)  # Response ids, best first
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True, default="")
    note = models.TextField(blank=True, default="")
    guideline = models.ForeignKey(
        Guideline, models.PROTECT, null=True, related_name="+", db_index=False
    )
    seconds = models.FloatField()  # from the claim's start to the submit
    # What the browser counted (annotation.evidence); null where it counted nothing.
    active_seconds = models.FloatField(null=True)
    writing = models.JSONField(null=True)  # characters typed, pasted, composed
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verb="reject", response__isnull=True) & ~models.Q(reason="")
                | ~models.Q(verb="reject") & models.Q(response__isnull=False, reason=""),
                name="rejected_with_reason_or_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} · {self.pair_id}"
