from django.db import models

from annotation.models.pair import Pair
from annotation.models.project import Project


class AuditItem(models.Model):
    """A pair drawn at random to see whether the pre-filter was right about it.

    What it had dropped went to the annotators, unmarked; what it had let pass was there anyway.
    """

    pair = models.OneToOneField(Pair, models.PROTECT, related_name="audit")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False)
    dropped = models.BooleanField()
    # The check to which the drop was put down then, and its score; empty where the pair had passed.
    check_id = models.CharField(max_length=20, blank=True, default="")
    score = models.FloatField(null=True)
    drawn_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["project", "dropped"], name="audit_by_side")]

    def __str__(self) -> str:
        return f"{self.pair_id} · {'dropped' if self.dropped else 'kept'}"
