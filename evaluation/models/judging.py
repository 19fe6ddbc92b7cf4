from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models import Endpoint, Job
from evaluation.models.campaign import Campaign, Matchup


class JudgeRun(models.Model):
    """A model asked which answer of each comparison of a closed campaign is better, in both orders.

    Beside the people's votes, never among them.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="judge_runs")
    endpoint = models.ForeignKey(Endpoint, models.SET_NULL, null=True, related_name="+")
    judge = models.CharField(max_length=200)  # the model as its endpoint names it
    # What is asked in each category: {category: rules}; "" for those that are not named.
    rules = models.JSONField(default=dict)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.judge} · {self.campaign_id}"


class JudgeVerdict(models.Model):
    """What the judge said of one comparison in one order; never changed, and no failure among them."""

    class Better(models.TextChoices):  # of the matchup, wherever the answers stood
        FIRST = "first", _("the first")
        SECOND = "second", _("the second")
        TIE = "tie", _("Tie")

    run = models.ForeignKey(JudgeRun, models.PROTECT, related_name="verdicts", db_index=False)
    matchup = models.ForeignKey(Matchup, models.PROTECT, related_name="+", db_index=False)
    swapped = models.BooleanField()  # the second answer stood as A
    better = models.CharField(max_length=6, choices=Better.choices)
    reason = models.TextField(blank=True, default="")
    model = models.CharField(max_length=200, blank=True, default="")  # as the server named it
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "matchup", "swapped"], name="verdict_once"),
            models.CheckConstraint(
                condition=models.Q(better__in=["first", "second", "tie"]), name="verdict_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matchup_id}: {self.better}"
