from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Check, Group


class Judge(Check):
    """The score of the model judge. annotation.judge_findings stores it; nothing is measured here."""

    id = "judge"
    group = Group.LEARNED
    name = _("Model judge")
    description = _(
        "Score of a model from 1 to 10; the mean of two where two judge. Off until you switch it "
        "on. The line at 8 is our suggestion: the paper's file names show 8 as its lowest score."
    )
    unit = _("points")
    too_low = _("The model judge gives %(score)s of 10: %(evidence)s")
    too_high = too_low
    low = 8
    enabled = False
    whole = False
    step = "0.1"
    scale = (1, 10)
