from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models.project import Project


class Mode(models.TextChoices):
    """What annotators are asked to do with a pair."""

    DECIDE = "decide", _("Accept, rewrite or reject; rank where there are several answers")
    RANK = "rank", _("Rank the answers")
    PICK = "pick", _("Pick the best answer and score it")
    FLAW = "flaw", _("State the flaw first, then mend a model's draft")


class DeskForm(models.Model):
    """One version of what a project asks its annotators; annotation.desk_forms says what is in it.

    A decision keeps the version that was on the page. None is ever changed.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="desk_forms")
    version = models.PositiveIntegerField()
    mode = models.CharField(_("way of working"), max_length=6, choices=Mode.choices)
    reasons = models.JSONField(default=list)  # why a pair is rejected
    tags = models.JSONField(default=list)  # why something was changed
    criteria = models.JSONField(default=list)  # scales on which an answer is rated
    fields = models.JSONField(default=list)  # what else is asked
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("project", "version", name="desk_form_version_once")]
        get_latest_by = "version"

    def __str__(self) -> str:
        return f"v{self.version}"
