from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models import Job, Project
from review.models.release import Release


class HubAccount(models.Model):
    """Where a project publishes its releases, if not where CQIA_HUB_ENDPOINT says."""

    project = models.OneToOneField(Project, models.CASCADE, related_name="hub")
    # Address and token belong together: the site's token never goes to an address given here.
    endpoint = models.CharField(
        _("address"),
        max_length=200,
        validators=[RegexValidator(r"^https?://[^\s/?#]+(/[^\s?#]*)?$")],
        help_text=_("Of a Hugging Face endpoint, a mirror or one of your own."),
    )
    token = models.CharField(_("token"), max_length=200, blank=True)

    def __str__(self) -> str:
        return self.endpoint


class Push(models.Model):
    """One publication of a release as a data set repository; `commit_url` once it is there."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="pushes")
    endpoint = models.CharField(max_length=200)
    repo = models.CharField(max_length=200)
    private = models.BooleanField(default=True)
    job = models.OneToOneField(Job, models.PROTECT, related_name="push")
    commit_url = models.CharField(max_length=500, blank=True, default="")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "pushes"

    def __str__(self) -> str:
        return f"{self.release} → {self.repo}"


class Rehearsal(models.Model):
    """One trial of a release's files by the programs that will read them."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="rehearsals")
    job = models.OneToOneField(Job, models.PROTECT, related_name="rehearsal")
    # consumers (ids), tokenizer (a folder), cut_off (tokens), rows (of each split; 0 for all)
    options = models.JSONField()
    # As review.rehearsal.consumers.run gives them; a consumer that is here is done.
    results = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.release}: {', '.join(self.options['consumers'])}"
