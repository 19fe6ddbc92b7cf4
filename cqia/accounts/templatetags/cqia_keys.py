"""The reader's own keys in a page: data-key="{% key 'accept' %}" and {% kbd 'accept' %}."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cqia.accounts.keys import keys_of, sign

register = template.Library()


@register.simple_tag(takes_context=True)
def key(context: dict[str, Any], action: str, number: int | None = None) -> str:
    """The name of a key, as data-key takes it; {% key "choose" 3 %} is that of choose-3."""
    return _keys(context).get(action if number is None else f"{action}-{number}", "")


@register.simple_tag(takes_context=True)
def kbd(context: dict[str, Any], action: str, number: int | None = None) -> SafeString:
    """The key as it is shown, <kbd>Ctrl ↵</kbd>; nothing where the action has none."""
    name = key(context, action, number)
    return format_html("<kbd>{}</kbd>", sign(name)) if name else SafeString("")


def _keys(context: dict[str, Any]) -> dict[str, str]:
    if "keys_here" in context:  # a piece that is told nothing else of its reader
        told: dict[str, str] = context["keys_here"]
        return told
    user = context.get("user")
    if user is None and "request" in context:
        user = getattr(context["request"], "user", None)
    return keys_of(user)
