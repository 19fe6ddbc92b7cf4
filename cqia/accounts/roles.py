"""The five roles, and who has which in a project. Nowhere else are roles named."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member does in one project; a person may hold several. A site admin is lead everywhere."""

    ANNOTATOR = "annotator", _("Annotator")
    REVIEWER = "reviewer", _("Reviewer")
    LEAD = "lead", _("Lead")
    EVALUATOR = "evaluator", _("Evaluator")
