from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models import Project
from cqia.lib.slots import Slot, SlotQuerySet
from evaluation.models.prompt import Answer, ModelVersion, Prompt, PromptSet


class Campaign(models.Model):
    """A blind poll over the answers of two or more models to one prompt set."""

    class State(models.TextChoices):
        OPEN = "open", _("open")  # evaluators vote; who answered is shown to nobody who votes
        CLOSED = "closed", _("closed")  # the ranking is final and its models are named

    project = models.ForeignKey(Project, models.PROTECT, related_name="campaigns")
    name = models.CharField(_("name"), max_length=80)
    prompt_set = models.ForeignKey(PromptSet, models.PROTECT, related_name="campaigns")
    models_compared = models.ManyToManyField(ModelVersion, related_name="campaigns")
    # With a baseline every other model meets it, as in the paper; without, all meet all.
    baseline = models.ForeignKey(
        ModelVersion, models.PROTECT, null=True, blank=True, related_name="+"
    )
    votes_per_matchup = models.PositiveSmallIntegerField(_("votes per matchup"), default=3)
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
        ]

    def __str__(self) -> str:
        return self.name


class Matchup(models.Model):
    """Two answers to one prompt."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="matchups")
    prompt = models.ForeignKey(Prompt, models.PROTECT, related_name="+", db_index=False)
    first = models.ForeignKey(Answer, models.PROTECT, related_name="+", db_index=False)
    second = models.ForeignKey(Answer, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("campaign", "first", "second", name="matchup_once"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} – {self.second_id}"


class Ballot(Slot):
    """One of a matchup's n votes. Its sides are drawn when the campaign opens and never again."""

    class Choice(models.TextChoices):
        LEFT = "left", _("A is better")
        RIGHT = "right", _("B is better")
        TIE = "tie", _("Tie")
        BOTH_BAD = "both_bad", _("Both bad")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="ballots", db_index=False)
    matchup = models.ForeignKey(Matchup, models.PROTECT, related_name="ballots", db_index=False)
    slot = models.PositiveSmallIntegerField()
    place = models.PositiveBigIntegerField()  # order in the queue, drawn too
    first_is_left = models.BooleanField()
    choice = models.CharField(max_length=8, choices=Choice.choices, blank=True, default="")
    seconds = models.FloatField(default=0)

    objects = SlotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matchup", "slot"], name="ballot_slot_once"),
            models.UniqueConstraint(
                fields=["matchup", "holder"],
                condition=models.Q(holder__isnull=False),
                name="ballot_person_once",
            ),
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True, choice="")
                | models.Q(done_at__isnull=False) & ~models.Q(choice=""),
                name="voted_with_a_choice",
            ),
        ]
        indexes = [
            models.Index(
                fields=["campaign", "place"],
                condition=models.Q(holder__isnull=True),
                name="ballot_free",
            ),
            models.Index(fields=["holder", "campaign"], name="ballot_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.matchup_id}/{self.slot}"
