from django.conf import settings
from django.db import models

from annotation.models.pair import Pair, Response
from annotation.models.project import Project


class GoldItem(models.Model):
    """A pair whose right decision is known; mixed in among the others to see who decides alike."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="gold", db_index=False)
    pair = models.OneToOneField(Pair, models.PROTECT, related_name="gold")
    verb = models.CharField(max_length=12)  # of an Annotation
    # Of several answers, the best one.
    response = models.ForeignKey(
        Response, models.PROTECT, null=True, related_name="+", db_index=False
    )
    note = models.TextField(blank=True, default="")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    made_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True)  # dealt no more

    class Meta:
        indexes = [
            models.Index(
                fields=["project"], condition=models.Q(retired_at=None), name="gold_in_use"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pair_id}: {self.verb}"
