from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models.project import Project


class LaneQuerySet(models.QuerySet["Lane"]):
    def open_in(self, project: Project) -> Self:
        return self.filter(project=project, closed_at=None)


class Lane(models.Model):
    """Pairs of some sources, task types or domains, which go to some annotators only.

    What is left empty is not asked for. A lane that is no longer wanted is closed, not deleted: its
    finished slots still name it.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="lanes")
    name = models.CharField(_("name"), max_length=80)
    sources = ArrayField(models.BigIntegerField(), default=list, blank=True)  # their ids
    task_types = ArrayField(models.TextField(), default=list, blank=True)
    domains = ArrayField(models.TextField(), default=list, blank=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    closed_at = models.DateTimeField(null=True)

    objects = LaneQuerySet.as_manager()

    class Meta:
        ordering = ["id"]  # a pair that fits several lanes goes to the first
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                condition=models.Q(closed_at=None),
                name="lane_name_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
