from django.conf import settings
from django.db import models

from annotation.models.pair import Pair
from annotation.models.project import Project


class ScoreLabel(models.Model):
    """What a person says of one check on one pair: should it be kept, or is it right to drop it?

    It decides nothing: precision and recall of the check's line are read from it. `drawn` tells that
    the pair was not picked by its score but drawn at random, at the line that stood then.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    pair = models.ForeignKey(Pair, models.PROTECT, related_name="+")
    check_id = models.CharField(max_length=20)
    keep = models.BooleanField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now=True)
    drawn = models.BooleanField(default=False)
    drawn_low = models.FloatField(null=True)
    drawn_high = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "check_id", "pair", "user"], name="label_once_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_id}: {'keep' if self.keep else 'drop'} {self.pair_id}"
