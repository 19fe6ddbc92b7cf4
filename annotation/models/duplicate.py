from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models.pair import Pair
from annotation.models.project import Project


class Arrival(models.Model):
    """A pair's place in the order in which pairs were first measured: of two that are alike, the
    one with the lower id came earlier, however often both are measured again."""

    pair = models.OneToOneField(Pair, models.CASCADE)
    # False for what was measured before there were bands, and decided on by people since.
    banded = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(banded=False), name="arrival_unbanded")
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.pair_id}"


class Band(models.Model):
    """A text under one of its MinHash keys (cqia.lib.minhash), which stand for the project too;
    before the key stands which part of all arrivals it is in (annotation.near_duplicates).

    Two numbers a row and one index, as there are 27 rows a pair. What a text had before it was
    changed stays: it leads to a comparison, never to a finding.
    """

    pk = models.CompositePrimaryKey("key", "arrival")
    key = models.BigIntegerField()
    arrival = models.BigIntegerField()  # an Arrival's id

    def __str__(self) -> str:
        return f"{self.key}: {self.arrival}"


class Ruling(models.Model):
    """What a lead decided of pairs that are alike; never changed but to be undone."""

    class Verb(models.TextChoices):
        KEEP = "keep", _("kept some, discarded the others")
        APART = "apart", _("no duplicates")

    project = models.ForeignKey(Project, models.PROTECT, related_name="rulings")
    check_id = models.CharField(max_length=20)
    verb = models.CharField(max_length=5, choices=Verb.choices)
    kept = ArrayField(models.BigIntegerField(), default=list)  # pairs
    discarded = ArrayField(models.BigIntegerField(), default=list)  # those it took out
    restored = ArrayField(models.BigIntegerField(), default=list)  # those a check had dropped
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["project", "check_id", "-id"], name="ruling_by_check")]

    def __str__(self) -> str:
        return f"{self.verb}: {self.check_id}"

    @property
    def pairs(self) -> list[int]:
        """Those that were kept, and those that it took out."""
        return [*self.kept, *self.discarded]


class Likeness(models.Model):
    """Two pairs that one of the checks found alike; decided where a ruling says what to do."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False)
    check_id = models.CharField(max_length=20)
    earlier = models.ForeignKey(Pair, models.CASCADE, related_name="+")
    later = models.ForeignKey(Pair, models.CASCADE, related_name="+", db_index=False)
    jaccard = models.FloatField()
    ruling = models.ForeignKey(Ruling, models.PROTECT, null=True, related_name="likenesses")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["later", "check_id", "earlier"], name="alike_once"),
        ]
        indexes = [
            models.Index(
                fields=["project", "check_id", "later"],
                condition=models.Q(ruling__isnull=True),
                name="alike_undecided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.later_id} ~ {self.earlier_id}: {self.jaccard:.2f}"
