from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models.project import Project


class LexiconQuerySet(models.QuerySet["Lexicon"]):
    def of(self, project: Project) -> Self:
        return self.filter(project=project)


class Lexicon(models.Model):
    """A list of words of one category that a project's leads maintain; what it holds are versions."""

    class Category(models.TextChoices):
        ADVERTISING = "advertising", _("Advertising")
        GAMBLING = "gambling", _("Gambling")
        DRUGS = "drugs", _("Drugs")
        PORN = "porn", _("Pornography")
        VIOLENCE = "violence", _("Violence")
        ABUSE = "abuse", _("Abuse")
        FRAUD = "fraud", _("Fraud")
        OTHER = "other", _("Other")

    project = models.ForeignKey(Project, models.PROTECT, related_name="lexicons")
    name = models.CharField(_("name"), max_length=80)
    category = models.CharField(_("category"), max_length=12, choices=Category.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = LexiconQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("project", "name", name="lexicon_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class LexiconVersionQuerySet(models.QuerySet["LexiconVersion"]):
    def of(self, project_id: int) -> Self:
        return self.filter(lexicon__project=project_id)

    def latest_of(self, project_id: int) -> Self:
        """The version of each lexicon that counts now."""
        return (
            self.of(project_id)
            .order_by("lexicon", "-number")
            .distinct("lexicon")
            .select_related("lexicon")
        )


class LexiconVersion(models.Model):
    """What a lexicon held from one save to the next. Never changed (a trigger sees to it)."""

    lexicon = models.ForeignKey(Lexicon, models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    words = ArrayField(models.TextField(), verbose_name=_("words"))
    weight = models.FloatField(_("weight"))  # what each of its words adds to a pair's score
    enabled = models.BooleanField(_("on"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(auto_now_add=True)

    objects = LexiconVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lexicon", "number"], name="lexicon_version_once"),
            models.CheckConstraint(
                condition=models.Q(weight__gt=0), name="lexicon_weight_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lexicon} v{self.number}"
