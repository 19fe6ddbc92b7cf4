from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cqia.lib.slots import Slot, SlotQuerySet
from evaluation.models.campaign import Campaign, Matchup


class BallotQuerySet(SlotQuerySet):
    def asked(self) -> "BallotQuerySet":
        """All but the spare ones that wait for a skip."""
        return self.filter(spare=False)

    def counted(self) -> "BallotQuerySet":
        """Votes that a ranking rests on: neither skipped, nor repeats, nor attention items."""
        return self.filter(kind=Ballot.Kind.VOTE, done_at__isnull=False).exclude(choice="skip")


class Ballot(Slot):
    """One of a matchup's n votes. Its sides are drawn when the campaign opens and never again."""

    class Kind(models.TextChoices):
        VOTE = "vote", _("vote")
        ATTENTION = "attention", _("attention item")  # on a matchup that is not real
        REPEAT = "repeat", _("repeat")  # of `repeats`: for its voter alone, the sides swapped

    class Choice(models.TextChoices):
        LEFT = "left", _("A is better")
        RIGHT = "right", _("B is better")
        TIE = "tie", _("Tie")
        BOTH_BAD = "both_bad", _("Both bad")
        SKIP = "skip", _("Skipped")  # with a Reason

    class Reason(models.TextChoices):
        UNSURE = "unsure", _("I cannot decide")
        KNOWLEDGE = "knowledge", _("I do not know this subject")
        HARMFUL = "harmful", _("I do not want to read this")
        BROKEN = "broken", _("It is not shown properly")
        OTHER = "other", _("Another reason")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="ballots", db_index=False)
    matchup = models.ForeignKey(Matchup, models.PROTECT, related_name="ballots", db_index=False)
    kind = models.CharField(max_length=9, choices=Kind.choices, default=Kind.VOTE)
    repeats = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    slot = models.PositiveSmallIntegerField()
    place = models.PositiveBigIntegerField()  # order in the queue, drawn too
    number = models.PositiveIntegerField(default=0)  # in the campaign; part of the commitment
    # The queue it stands in: one for all, but adaptive has one for each pair of models (1 …).
    lane = models.PositiveSmallIntegerField(default=0)
    # Drawn and committed like the others, but asked for only once somebody skips its matchup.
    spare = models.BooleanField(default=False)
    first_is_left = models.BooleanField()
    choice = models.CharField(max_length=8, choices=Choice.choices, blank=True, default="")
    seconds = models.FloatField(default=0)
    ratings = models.JSONField(default=dict)  # {criterion: left | right | tie | both_bad}
    tags = models.JSONField(default=list)  # of the campaign's
    reason = models.CharField(max_length=9, choices=Reason.choices, blank=True, default="")
    flags = models.JSONField(default=list)  # “fast”: cast before Campaign.min_seconds

    objects = BallotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matchup", "slot"], name="ballot_slot_once"),
            models.UniqueConstraint(fields=["repeats"], name="ballot_repeated_once"),
            models.UniqueConstraint(
                fields=["matchup", "holder"],
                condition=models.Q(holder__isnull=False) & ~models.Q(kind="repeat"),
                name="ballot_person_once",
            ),
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True, choice="")
                | models.Q(done_at__isnull=False) & ~models.Q(choice=""),
                name="voted_with_a_choice",
            ),
            models.CheckConstraint(
                condition=models.Q(choice="skip") & ~models.Q(reason="")
                | ~models.Q(choice="skip") & models.Q(reason=""),
                name="skipped_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["vote", "attention"], repeats__isnull=True)
                | models.Q(kind="repeat", repeats__isnull=False),
                name="ballot_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(spare=False) | models.Q(holder__isnull=True),
                name="spare_ballot_is_free",
            ),
        ]
        indexes = [
            models.Index(
                fields=["campaign", "lane", "place"],
                condition=models.Q(holder__isnull=True, spare=False) & ~models.Q(kind="repeat"),
                name="ballot_free",
            ),
            models.Index(
                fields=["campaign", "place"],
                condition=models.Q(holder__isnull=True, kind="repeat"),
                name="ballot_free_repeat",
            ),
            models.Index(fields=["holder", "campaign"], name="ballot_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.matchup_id}/{self.slot}"


class VoteEvent(models.Model):
    """What somebody did with a ballot, in the order in which they did it; never changed."""

    class Verb(models.TextChoices):
        CAST = "cast", _("cast")
        SKIP = "skip", _("skipped")
        UNDO = "undo", _("undone")

    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="events")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    verb = models.CharField(max_length=4, choices=Verb.choices)
    payload = models.JSONField(default=dict)  # the ballot's own fields as they were set
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verb__in=["cast", "skip", "undo"]), name="vote_event_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ballot_id} {self.verb}"
