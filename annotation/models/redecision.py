from django.conf import settings
from django.db import models

from annotation.models.project import Project


class Redecision(models.Model):
    """Lines moved together, the pairs decided on anew with them, and whether that was taken back."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="redecisions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(auto_now_add=True)
    # All lines: [{"check_id": …, "enabled": …, "low": …, "high": …}, …]
    before = models.JSONField()
    after = models.JSONField()
    dropped = models.PositiveIntegerField()
    readmitted = models.PositiveIntegerField()
    stayed = models.PositiveIntegerField()  # beyond a line now, and left to the people at them
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    undone_stayed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True, undone_by__isnull=True)
                | models.Q(undone_at__isnull=False, undone_by__isnull=False),
                name="redecision_undone_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"−{self.dropped} +{self.readmitted}"
