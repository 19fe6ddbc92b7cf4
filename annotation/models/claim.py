from typing import Self

from django.conf import settings
from django.db import models

from annotation.models.pair import Pair
from annotation.models.project import Project
from cqia.lib.slots import Slot, SlotQuerySet


class ClaimQuerySet(SlotQuerySet):
    def of(self, project: Project) -> Self:
        return self.filter(project=project)


class Claim(Slot):
    """One of a pair's k annotator slots; made when the pair is queued."""

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="claims", db_index=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False)
    slot = models.PositiveSmallIntegerField()
    # Order in the queue, lowest first: the pair's id, so that half-done pairs are finished first;
    # a skipped slot gets the time in microseconds, which lies behind every id.
    place = models.BigIntegerField()

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "slot"], name="claim_slot_once"),
            models.UniqueConstraint(
                fields=["pair", "holder"],
                condition=models.Q(holder__isnull=False),
                name="claim_person_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["project", "place", "slot"],
                condition=models.Q(holder__isnull=True),
                name="claim_free",
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
    """A pair that a person put off: it is given to them again only when they ask for it."""

    pair = models.ForeignKey(Pair, models.CASCADE, related_name="skips", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "user"], name="skip_once_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.pair_id} · {self.user_id}"
