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
    PRIORITY = "priority", _("By the priority of the source")
    SOURCE = "source", _("Source by source")
    TASK = "task", _("Task type by task type")
    DOMAIN = "domain", _("Domain by domain")
    USEFUL = "useful", _("Most useful first")
    UNCERTAIN = "uncertain", _("Most uncertain first")


class SkipPolicy(models.TextChoices):
    """Where a pair goes that somebody skips."""

    OTHERS = "others", _("To others")
    LATER = "later", _("To others, and back to the same person later")
    LEAD = "lead", _("To the lead, out of the queue")


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
    # The defaults of all that follow are this project's own.
    most_annotators = models.PositiveSmallIntegerField(
        _("annotators per pair at most"),
        default=0,
        validators=[MaxValueValidator(9)],
        help_text=_(
            "Where they disagree, one more is asked, up to this number. 0: nobody more is asked."
        ),
    )
    least_likeness = models.FloatField(
        _("least likeness in per cent"),
        default=30,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_(
            "Rewrites and rankings less alike than this count as disagreement: runs of three "
            "characters that two rewrites share, pairs of answers that two rankings order alike."
        ),
    )
    gold_share = models.FloatField(
        _("share of known pairs in per cent"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(50)],
        help_text=_("How many of the pairs dealt are ones whose right decision is known."),
    )
    skip_policy = models.CharField(
        _("skipped pairs go"),
        max_length=6,
        choices=SkipPolicy.choices,
        default=SkipPolicy.OTHERS,
    )
    skip_minutes = models.PositiveSmallIntegerField(
        _("back after minutes"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(10080)],
    )
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    pause_note = models.CharField(_("note"), max_length=300, blank=True, default="")
    # Whether any open lane has a member: spares the queue a look.
    has_lanes = models.BooleanField(default=False, editable=False)
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
