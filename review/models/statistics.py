from django.db import models

from review.models.release import Release


class Statistics(models.Model):
    """One figure of a release, counted once from its frozen rows; see review.statistics."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="statistics", db_index=False)
    name = models.CharField(max_length=20)
    data = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "name"], name="statistics_once"),
        ]

    def __str__(self) -> str:
        return f"{self.release} {self.name}"
