"""What the workbench's pieces ask of the desk: what was put into a field whose name is data, and the
pieces that are the same on one desk after the other."""

from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from annotation.models import Claim
from cqia.accounts.keys import beside_defaults

register = template.Library()

# Stand for the ids of the slot and its pair where a piece is made; no id grows as long.
_CLAIM, _PAIR = 7_000_000_000_000_000_007, 7_000_000_000_000_000_011
_KEPT = 1024  # pieces in memory, of some KB each


@register.simple_tag(takes_context=True)
def kept(context: dict[str, Any], piece: str, claim: Claim, **values: Hashable) -> SafeString:
    """A piece of the desk that is made of `values`, the reader's language and their keys, and of
    nothing else: it is made once for each of these, not with every decision.

    It finds `claim` and `pair`, the ids of the slot and its pair, as well.
    """
    keys = tuple(context["user"].keys.items())
    made = _made(piece, get_language(), keys, tuple(values.items()))
    made = made.replace(str(_CLAIM), str(claim.pk)).replace(str(_PAIR), str(claim.pair_id))
    return mark_safe(made)  # noqa: S308  (a template's own output)


@lru_cache(maxsize=_KEPT)
def _made(
    piece: str, _language: str | None, keys: tuple[tuple[str, str], ...], values: tuple[Any, ...]
) -> str:
    # Of the request it knows nothing: what is not among the values cannot come into it.
    told = {
        "claim": _CLAIM,
        "pair": _PAIR,
        "keys_here": beside_defaults(dict(keys)),
        **dict(values),
    }
    return render_to_string(piece, told)


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
