from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cqia.accounts.models import User


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User) -> Self:
        """The projects a person is a member of; all of them for a site admin."""
        return self if user.is_superuser else self.filter(memberships__user=user).distinct()


class QueueOrder(models.TextChoices):
    """In which order annotators get the pairs of a project."""

    OLDEST = "oldest", _("Oldest first")
    USEFUL = "useful", _("Most useful first")
    UNCERTAIN = "uncertain", _("Most uncertain first")


class Project(models.Model):
    """One dataset in the making: its sources, people, guideline, thresholds and releases."""

    slug = models.SlugField(unique=True, max_length=40)
    name = models.CharField(_("name"), max_length=80)
    description = models.TextField(_("description"), blank=True)
    annotators_per_pair = models.PositiveSmallIntegerField(
        _("annotators per pair"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
    )
    lease_minutes = models.PositiveSmallIntegerField(
        _("lease in minutes"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(1440)],
        help_text=_("How long a pair stays with the annotator who opened it."),
    )
    # Shares in per cent; the defaults are this project's own, not the paper's.
    audit_dropped_share = models.FloatField(
        _("of the dropped pairs"),
        default=1,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    audit_kept_share = models.FloatField(
        _("of the pairs that passed"),
        default=1,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    queue_order = models.CharField(
        _("order of the queue"),
        max_length=9,
        choices=QueueOrder.choices,
        default=QueueOrder.OLDEST,
        help_text=_(
            "Useful and uncertain are what the learned model takes them for; until there is one, "
            "the oldest pairs come first."
        ),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Guideline(models.Model):
    """One version of what annotators are asked to do; a decision keeps the version it was made under."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="guidelines")
    version = models.PositiveIntegerField()
    text = models.TextField(_("guideline"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("project", "version", name="guideline_version_once")]
        get_latest_by = "version"

    def __str__(self) -> str:
        return f"v{self.version}"


class Endpoint(models.Model):
    """An OpenAI-compatible model server that a project may ask."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="endpoints")
    name = models.CharField(_("name"), max_length=80)
    # Not a URLField: that refuses the one-word host names of a private network, http://vllm:8000/v1.
    base_url = models.CharField(
        _("address"),
        max_length=200,
        validators=[RegexValidator(r"^https?://[^\s/]+(/\S*)?$")],
        help_text=_("Up to and including /v1."),
    )
    model = models.CharField(_("model"), max_length=200)
    api_key = models.CharField(_("API key"), max_length=200, blank=True)
    judge = models.PositiveSmallIntegerField(
        _("judge of the pre-filter"),
        null=True,
        blank=True,
        choices=[(1, _("First judge")), (2, _("Second judge"))],
    )
    # The default is this project's own.
    samples = models.PositiveSmallIntegerField(
        _("answers for a score"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text=_(
            "For a judge that gives no token probabilities: its score is the mean of so many answers."
        ),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("project", "name", name="endpoint_name_once"),
            models.UniqueConstraint(
                "project",
                "judge",
                condition=models.Q(judge__isnull=False),
                name="endpoint_once_per_judge",
            ),
            models.CheckConstraint(
                condition=models.Q(judge__isnull=True) | models.Q(judge__in=(1, 2)),
                name="endpoint_judge_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name
