from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models import Endpoint, Job
from cqia.lib.errors import explain
from evaluation.models.campaign import Campaign, Matchup
from evaluation.models.prompt import Answer, Prompt


class JudgeRun(models.Model):
    """A model asked about a closed campaign. Beside the people's votes, never among them."""

    class Method(models.TextChoices):
        PAIR = "pair", _("Which of two answers is better, asked in both orders")
        SCORE = "score", _("Points for each answer alone")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="judge_runs")
    endpoint = models.ForeignKey(Endpoint, models.SET_NULL, null=True, related_name="+")
    judge = models.CharField(max_length=200)  # the model as its endpoint names it
    method = models.CharField(max_length=5, choices=Method.choices, default=Method.PAIR)
    # What is asked in each category: {category: rules}; "" for those that are not named.
    rules = models.JSONField(default=dict)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(method__in=["pair", "score"]), name="judge_method_known"
            )
        ]

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


class JudgeScore(models.Model):
    """The points that the judge gave one answer; never changed, and no failure among them."""

    run = models.ForeignKey(JudgeRun, models.PROTECT, related_name="scores", db_index=False)
    answer = models.ForeignKey(Answer, models.PROTECT, related_name="+", db_index=False)
    score = models.PositiveSmallIntegerField()  # 0 to 10
    reason = models.TextField(blank=True, default="")
    model = models.CharField(max_length=200, blank=True, default="")  # as the server named it
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "answer"], name="score_once"),
            models.CheckConstraint(condition=models.Q(score__lte=10), name="score_within_ten"),
        ]

    def __str__(self) -> str:
        return f"{self.answer_id}: {self.score}"


class JudgeFailure(models.Model):
    """What the judge did not say, with the reason; gone once it has said it."""

    run = models.ForeignKey(JudgeRun, models.CASCADE, related_name="failures", db_index=False)
    prompt = models.ForeignKey(Prompt, models.CASCADE, related_name="+", db_index=False)
    place = models.CharField(max_length=40)  # names what was asked, within the run
    # An explanation as (code, params) of cqia.lib.errors.
    code = models.CharField(max_length=40)
    code_params = models.JSONField(default=dict)
    tries = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "place"], name="judge_failure_once"),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.code}"

    @property
    def message(self) -> str:
        return explain(self.code, self.code_params)
