from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from review.models.release import Release


class ReleaseAccess(models.Model):
    """Who, besides its leads, may see a release and fetch its files. Without a row: nobody."""

    class Who(models.TextChoices):
        LEADS = "leads", _("Those who lead the project")
        MEMBERS = "members", _("Everybody in the project")
        NAMED = "named", _("The people named here")
        SIGNED_IN = "everyone", _("Everybody who is signed in")

    release = models.OneToOneField(Release, models.CASCADE, related_name="access")
    who = models.CharField(max_length=8, choices=Who.choices, default=Who.LEADS)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(who__in=["leads", "members", "named", "everyone"]),
                name="release_access_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release}: {self.who}"
