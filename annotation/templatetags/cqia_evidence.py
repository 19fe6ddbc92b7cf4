"""How an answer came about, on the reviewer's page."""

from typing import Any

from django import template

from annotation.copied import longest_run
from annotation.evidence import writing_of
from annotation.models import Annotation

register = template.Library()


@register.inclusion_tag("annotation/_evidence.html", takes_context=True)
def evidence(context: dict[str, Any], annotation: Annotation) -> dict[str, Any]:
    """Time at work, how the text came in, and what it shares with a model's answer. For reviewers only."""
    return {
        "annotation": annotation,
        "writing": writing_of(annotation),
        "run": longest_run(annotation),
        "project": context["project"],
    }
