from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models.claim import Claim
from annotation.models.desk_form import DeskForm
from annotation.models.pair import Pair, Response
from annotation.models.project import Guideline


class Annotation(models.Model):
    """One decision of one annotator on one pair. A pair sent back gets another; none is changed."""

    class Verb(models.TextChoices):
        ACCEPT = "accept", _("Accept")
        REWRITE = "rewrite", _("Rewrite")
        REJECT = "reject", _("Reject")
        RANK = "rank", _("Rank")
        PICK = "pick", _("Pick the best")

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="annotations")
    # Indexed for the closing of slots: each one that goes is looked for here.
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="annotations")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="annotations")
    verb = models.CharField(max_length=7, choices=Verb.choices)
    # The answer this decision stands for: accepted, written, picked, or the first of the best tier;
    # none when rejected or when all are bad.
    response = models.ForeignKey(
        Response, models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Ids of the answers, in the order in which this person saw them.
    shown = ArrayField(models.BigIntegerField(), default=list)
    tiers = models.JSONField(default=list)  # of a ranking: lists of ids, best first; tied in a list
    all_bad = models.BooleanField(default=False)
    # Keys of the form that was on the page, see annotation.desk_forms.
    reasons = ArrayField(models.CharField(max_length=40), default=list)  # why it is rejected
    tag = models.CharField(max_length=40, blank=True, default="")  # why it was changed
    ratings = models.JSONField(default=dict)  # criterion → points
    fields = models.JSONField(default=dict)  # key → text, number, or list of texts
    note = models.TextField(blank=True, default="")
    flaw = models.TextField(blank=True, default="")  # what is wrong with the answer, said first
    # The prompt as this person left it; null where it stays as it was imported.
    instruction = models.TextField(null=True)
    input = models.TextField(null=True)
    form = models.ForeignKey(DeskForm, models.PROTECT, null=True, related_name="+", db_index=False)
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
                condition=models.Q(verb="reject", response__isnull=True) & ~models.Q(reasons=[])
                | models.Q(verb="rank", response__isnull=True, all_bad=True)
                | ~models.Q(verb="reject")
                & models.Q(response__isnull=False, reasons=[], all_bad=False),
                name="rejected_with_reasons_or_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} · {self.pair_id}"
