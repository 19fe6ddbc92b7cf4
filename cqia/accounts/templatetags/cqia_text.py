"""Showing people's and models' text."""

from django import template
from django.utils.safestring import SafeString

from cqia.lib.markdown import render

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    """Untrusted Markdown as sanitised HTML."""
    return render(text)
