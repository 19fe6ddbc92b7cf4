from django.conf import settings
from django.db import models

from annotation.models import Project


class LicenceTable(models.Model):
    """What may be combined for which use, as a project's leads read it: one version of many.

    Version 1 is the one that comes with the program and has no row here. Never changed (a trigger
    sees to it).
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="licence_tables")
    number = models.PositiveIntegerField()
    rows = models.JSONField()  # as review.licence_table.Row holds them
    note = models.CharField(max_length=200, blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("project", "number", name="licence_table_once"),
            models.CheckConstraint(
                condition=models.Q(number__gte=2), name="licence_table_after_the_first"
            ),
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.project} v{self.number}"
