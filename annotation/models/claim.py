from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models.gold_item import GoldItem
from annotation.models.lane import Lane
from annotation.models.pair import Pair
from annotation.models.project import Project, SkipPolicy
from cqia.lib.slots import Slot, SlotQuerySet


class ClaimQuerySet(SlotQuerySet):
    def of(self, project: Project) -> Self:
        return self.filter(project=project)

    def ordinary(self) -> Self:
        """Without the extra slots in which pairs with a known decision are dealt."""
        return self.filter(gold=None)


class Claim(Slot):
    """One of a pair's k annotator slots; made when the pair is queued.

    A slot held without `held_since` waits for its person: sent back to them, or the one after the
    pair on their screen.
    """

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="claims", db_index=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False)
    slot = models.PositiveSmallIntegerField()
    # Order in the queue, lowest first: the pair's id, so that half-done pairs are finished first;
    # a skipped slot gets the time in microseconds, which lies behind every id.
    place = models.BigIntegerField()
    # None: of anybody who is in no lane.
    lane = models.ForeignKey(Lane, models.PROTECT, null=True, related_name="+", db_index=False)
    parked = models.BooleanField(db_default=False)  # with the lead, until they have looked at it
    # An extra slot outside the k, made for its holder alone: it is deleted where others are freed.
    gold = models.ForeignKey(
        GoldItem, models.PROTECT, null=True, related_name="claims", db_index=False
    )

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "slot"], name="claim_slot_once"),
            models.UniqueConstraint(
                fields=["holder", "pair"],
                condition=models.Q(holder__isnull=False),
                name="claim_person_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["project", "lane", "place", "slot"],
                condition=models.Q(holder__isnull=True, parked=False),
                name="claim_free",
            ),
            models.Index(
                fields=["project", "pair"], condition=models.Q(parked=True), name="claim_parked"
            ),
            models.Index(
                fields=["gold"], condition=models.Q(gold__isnull=False), name="claim_gold"
            ),
            models.Index(
                fields=["holder", "project"],
                condition=models.Q(done_at__isnull=True, holder__isnull=False),
                name="claim_held",
            ),
            # "37 today" is counted from the index alone.
            models.Index(
                fields=["holder", "project", "done_at"],
                condition=models.Q(done_at__isnull=False),
                name="claim_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pair_id}/{self.slot}"


class Skip(models.Model):
    """A pair that a person did not want to decide on, why, and where it went. None is deleted.

    While it is open they are not given the pair again: until `until`, else until `ended_at` is set.
    """

    class Reason(models.TextChoices):
        """Ours: the paper knows no skipping."""

        TOO_HARD = "too_hard", _("Too hard")
        NOT_MY_FIELD = "field", _("Not my field")
        UNCLEAR = "unclear", _("Unclear")
        BROKEN = "broken", _("Broken page")
        OTHER = "other", _("Other reason")

    pair = models.ForeignKey(Pair, models.CASCADE, related_name="skips", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=8, choices=Reason.choices, blank=True, default="")
    note = models.TextField(blank=True, default="")
    policy = models.CharField(max_length=6, choices=SkipPolicy.choices, default=SkipPolicy.OTHERS)
    at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["pair", "user"], condition=models.Q(ended_at=None), name="skip_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pair_id} · {self.user_id}"
