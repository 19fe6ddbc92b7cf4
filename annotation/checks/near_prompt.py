from django.utils.translation import gettext_lazy as _

from annotation.checks.near import Near


class NearPrompt(Near):
    """A question may rightly have several answers: off, it only warns."""

    id = "near_prompt"
    name = _("Question asked before")
    description = _(
        "How alike the question is to the likest of the earlier questions: the share of runs of "
        "five characters that both have. The same question may rightly have several answers."
    )
    high = 0.9  # at 0.8, questions of one pattern about different things
    too_high = _("The question is %(score)s alike to that of pair %(evidence)s.")
    enabled = False
