"""Putting people's text into a Markdown card without breaking its table or its YAML head."""

import json

from django import template

register = template.Library()


@register.filter
def inline(text: str) -> str:
    """One line of Markdown, with what could start markup or HTML escaped."""
    one_line = " ".join(str(text).split())
    return "".join(f"\\{sign}" if sign in r"\`*_[]<>#|" else sign for sign in one_line)


@register.filter
def cell(text: str) -> str:
    return inline(text) or "not stated"


@register.filter
def yaml(text: str) -> str:
    """A double-quoted YAML scalar: JSON strings are."""
    return json.dumps(" ".join(str(text).split()), ensure_ascii=False)


@register.filter
def size_category(rows: int) -> str:
    """The Hub's size category of a number of rows."""
    steps = [
        (1_000, "n<1K"),
        (10_000, "1K<n<10K"),
        (100_000, "10K<n<100K"),
        (1_000_000, "100K<n<1M"),
    ]
    return next((name for limit, name in steps if rows < limit), "n>1M")
