from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Group, Share


class AcceptChance(Share):
    """What annotation.quality_scores stores; nothing is measured here."""

    id = "accept_chance"
    name = _("Chance of acceptance")
    description = _(
        "How likely people are to accept the pair as it is, learned from their own decisions. Off: "
        "it orders the queue, and drops nothing until you switch it on."
    )
    unit = _("chance")
    group = Group.LEARNED
    too_low = _("By what people decided before, the chance that this is accepted is %(score)s.")
    too_high = too_low
    low = 0.1
    enabled = False
