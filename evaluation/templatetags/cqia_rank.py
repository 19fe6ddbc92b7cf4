"""Figures of a ranking as text, and the formulas behind them."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from cqia.lib.formulas import mathml

register = template.Library()


@register.simple_tag
def formula(latex: str) -> SafeString:
    """A formula of a template's own as MathML, set apart from the text; a long one scrolls, by keys too."""
    shown = mathml(latex, display=True).replace("<math ", '<math tabindex="0" ', 1)
    return mark_safe(shown)  # noqa: S308  (no text of users gets here)


@register.filter
def signed(value: float, digits: int = 0) -> str:
    """With its sign, +12 or −3, and a true minus; no sign for what rounds to 0."""
    rounded = round(value, digits)
    if rounded == 0:
        return f"{0:.{digits}f}"
    return f"{rounded:+.{digits}f}".replace("-", "−")


@register.filter
def percent(share: float, digits: int = 0) -> str:
    """A share as a percentage."""
    return f"{100 * share:.{digits}f}%"
