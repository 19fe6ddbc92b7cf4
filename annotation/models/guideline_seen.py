from django.conf import settings
from django.db import models

from annotation.models.project import Project


class GuidelineSeen(models.Model):
    """The latest version of a project's guideline that a person has said to have seen."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="guideline_seen_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: v{self.version}"
