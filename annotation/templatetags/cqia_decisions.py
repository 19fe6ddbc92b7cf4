"""A decision in words."""

from django import template

from annotation import told as telling
from annotation.models import Annotation, Pair

register = template.Library()


@register.filter
def told(annotation: Annotation, pair: Pair) -> telling.Told:
    return telling.told(annotation, pair)
