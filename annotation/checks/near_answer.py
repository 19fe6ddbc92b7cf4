from django.utils.translation import gettext_lazy as _

from annotation.checks.near import Near


class NearAnswer(Near):
    id = "near_answer"
    name = _("Answer given before")
    description = _(
        "How alike the answer is to the likest of the earlier answers: the share of runs of five "
        "characters that both have. Answers under 20 characters, which many questions share, are "
        "not compared."
    )
    too_high = _("The answer is %(score)s alike to that of pair %(evidence)s.")
    enabled = False
