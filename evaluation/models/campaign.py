from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models import Project
from evaluation.models.prompt import Answer, ModelVersion, Prompt, PromptSet


def every_answer() -> list[str]:
    """What voters may say besides “A” and “B”."""
    return ["tie", "both_bad", "skip"]


def no_stopping() -> dict[str, Any]:
    return {"rule": "none"}


class Campaign(models.Model):
    """A blind poll over the answers of two or more models to one prompt set."""

    class State(models.TextChoices):
        OPEN = "open", _("open")  # evaluators vote; who answered is shown to nobody who votes
        CLOSED = "closed", _("closed")  # the ranking is final and its models are named

    class Design(models.TextChoices):
        BASELINE = "baseline", _("each meets the baseline")  # as in the paper
        ROUND_ROBIN = "round_robin", _("all meet all")
        ADAPTIVE = "adaptive", _("the pair that tells most comes next")

    class Criterion(models.TextChoices):  # besides “overall”, which is always asked
        HELPFULNESS = "helpfulness", _("Helpful")
        CORRECTNESS = "correctness", _("Correct")
        FLUENCY = "fluency", _("Fluent")
        SAFETY = "safety", _("Safe")

    class Style(models.TextChoices):  # of both answers alike
        MARKDOWN = "markdown", _("Markdown, rendered")
        PLAIN = "plain", _("plain text")

    class Naming(models.TextChoices):  # what is done where an answer says which model wrote it
        MASK = "mask", _("cover the name")
        EXCLUDE = "exclude", _("leave the prompt out")
        LEAVE = "leave", _("leave it as it is")

    project = models.ForeignKey(Project, models.PROTECT, related_name="campaigns")
    name = models.CharField(_("name"), max_length=80)
    prompt_set = models.ForeignKey(PromptSet, models.PROTECT, related_name="campaigns")
    models_compared = models.ManyToManyField(ModelVersion, related_name="campaigns")
    design = models.CharField(max_length=11, choices=Design.choices, default=Design.ROUND_ROBIN)
    baseline = models.ForeignKey(
        ModelVersion, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Of different people: so many are asked about each matchup.
    votes_per_matchup = models.PositiveSmallIntegerField(_("votes per matchup"), default=3)
    criteria = models.JSONField(default=list)  # of Criterion
    tags = models.JSONField(default=list)  # short texts a voter may give as reasons
    allowed = models.JSONField(default=every_answer)
    style = models.CharField(max_length=8, choices=Style.choices, default=Style.MARKDOWN)
    naming = models.CharField(max_length=7, choices=Naming.choices, default=Naming.LEAVE)
    min_seconds = models.FloatField(default=0)  # a vote cast faster is flagged, never refused
    daily_cap = models.PositiveIntegerField(null=True, blank=True)  # votes of one person a day
    attention = models.FloatField(default=0)  # extra ballots, as a share of the votes
    repeats = models.FloatField(default=0)  # likewise: the same again with the sides swapped
    # The power calculation as it stood at the start: {effect, alpha, power, ties, votes}.
    planned = models.JSONField(default=dict)
    # {rule: anytime | fixed | none, alpha, margin, futility}
    stopping = models.JSONField(default=no_stopping)
    # What the rule saw last: {votes, verdict, pairs: […], at}; written by evaluation.stopping.
    sequential = models.JSONField(default=dict)
    # Adaptive: [[lane, weight], …], the lane that tells most first; written by evaluation.priorities.
    priorities = models.JSONField(default=list)
    seed = models.PositiveBigIntegerField(default=0)  # of the sample of prompts: no secret
    # SHA-256 over the nonce and the assignment, shown from the start; the nonce only at the close.
    commitment = models.CharField(max_length=64, blank=True, default="")
    nonce = models.CharField(max_length=64, blank=True, default="")
    # {left_out, named, masked, excluded: how many; names: what is covered}
    figures = models.JSONField(default=dict)
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    guideline = models.TextField(_("what evaluators are asked"), blank=True, default="")
    demo = models.BooleanField(default=False)  # votes that nobody cast: shipped to show the product
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("project", "name", name="campaign_name_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "closed"]), name="campaign_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(design__in=["baseline", "round_robin", "adaptive"]),
                name="campaign_design_known",
            ),
            models.CheckConstraint(
                condition=models.Q(attention__range=(0, 0.3), repeats__range=(0, 0.3)),
                name="campaign_extra_ballots_few",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def criterion_names(self) -> list[str]:
        """What is asked besides which answer is better, in the reader's language."""
        return [str(Campaign.Criterion(each).label) for each in self.criteria]


class Matchup(models.Model):
    """Two answers to one prompt."""

    class Kind(models.TextChoices):
        REAL = "real", _("comparison")
        IDENTICAL = "identical", _("the same answer twice")
        PLANTED = "planted", _("a bad answer planted")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="matchups")
    prompt = models.ForeignKey(Prompt, models.PROTECT, related_name="+", db_index=False)
    first = models.ForeignKey(Answer, models.PROTECT, related_name="+", db_index=False)
    second = models.ForeignKey(Answer, models.PROTECT, related_name="+", db_index=False)
    # All but the real ones try the voter and count in no ranking; their second is their first.
    kind = models.CharField(max_length=9, choices=Kind.choices, default=Kind.REAL)
    planted = models.TextField(blank=True, default="")  # shown in place of the second's text

    class Meta:
        constraints = [
            models.UniqueConstraint("campaign", "first", "second", "kind", name="matchup_once"),
            models.CheckConstraint(
                condition=models.Q(kind="real", planted="")
                | models.Q(kind="identical", planted="", second=models.F("first"))
                | models.Q(kind="planted", second=models.F("first")) & ~models.Q(planted=""),
                name="matchup_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} – {self.second_id}"

    def texts(self) -> tuple[str, str]:
        """What is shown of the first and of the second, wherever they stand."""
        second = self.planted if self.kind == Matchup.Kind.PLANTED else self.second.text
        return self.first.text, second
