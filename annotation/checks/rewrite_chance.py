from django.utils.translation import gettext_lazy as _

from annotation.checks.base import Group, Share


class RewriteChance(Share):
    """What annotation.quality_scores stores; nothing is measured here."""

    id = "rewrite_chance"
    name = _("Chance of rewriting")
    description = _(
        "How likely people are to rewrite the answer, learned from their own decisions. Off: it "
        "orders the queue, and drops nothing until you switch it on."
    )
    unit = _("chance")
    group = Group.LEARNED
    too_low = _("By what people decided before, the chance that this is rewritten is %(score)s.")
    too_high = too_low
    high = 0.9
    enabled = False
