"""Showing people's and models' text."""

from django import template
from django.utils.safestring import SafeString

from cqia.lib import tongues
from cqia.lib.markdown import render

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    """Untrusted Markdown as sanitised HTML."""
    return render(text)


@register.filter
def tongue(text: str) -> str:
    """The language of a text, for its `lang`, as far as its script tells."""
    return tongues.tongue(text)
