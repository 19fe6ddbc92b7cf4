"""Whether a page offers masking."""

from django import template

from annotation import masking
from annotation.models import Mask, Pair, Project

register = template.Library()


@register.simple_tag
def waiting_for_masking(project: Project) -> int:
    """How many pairs a masking of all would look at."""
    return masking.waiting(project).count()


@register.simple_tag
def may_mask(pair: Pair) -> bool:
    return masking.may_mask(pair)


@register.simple_tag
def standing_masks(pair: Pair) -> list[Mask]:
    """What was masked in a pair and not undone, oldest first."""
    return list(Mask.objects.standing().filter(pair=pair).select_related("by"))
