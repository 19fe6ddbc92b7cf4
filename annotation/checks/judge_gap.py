from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Check
from annotation.checks.judge import Judge


class JudgeGap(Check):
    """How far two model judges are apart. annotation.judge_findings stores it."""

    id = "judge_gap"
    group = Judge.group
    name = _("Judges disagree")
    description = _(
        "Points between the scores of two model judges for the same answer. Off by default: a pair "
        "on which they disagree is one for a person, not one to throw away."
    )
    unit = _("points")
    too_low = _("The two judges are %(score)s points apart: %(evidence)s")
    too_high = too_low
    high = 3
    enabled = False
    whole = False
    step = "0.1"
    scale = (0, 9)
