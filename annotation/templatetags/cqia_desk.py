"""What the workbench's pieces ask of the desk: what was put into a field whose name is data."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def given(values: Mapping[Any, Any], name: Any) -> Any:
    """What was given under a name, else nothing; `{% with value=work.begun.fields|given:field.key %}`."""
    return values.get(name, "")


@register.filter
def chosen(value: Any, key: str) -> bool:
    """Whether a choice is taken, be it one or one of several."""
    return key in value if isinstance(value, list | tuple) else value == key


@register.filter
def digit(number: int) -> str:
    """The digit that chooses the thing of this number; the tenth and later ones have none."""
    return str(number) if number < 10 else ""
