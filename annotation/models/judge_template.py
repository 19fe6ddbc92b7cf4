from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models.project import Project


class JudgeTemplate(models.Model):
    """One version of what a project asks its judges; annotation.judge_templates says what it must hold."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="judge_templates")
    version = models.PositiveSmallIntegerField()
    system = models.TextField(_("instructions"))
    user = models.TextField(_("what is judged"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("project", "version", name="judge_template_version_once")
        ]
        get_latest_by = "version"

    def __str__(self) -> str:
        return f"v{self.version}"
