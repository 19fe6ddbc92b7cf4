"""How the parts of a release are shown."""

import re
from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.translation import gettext as _

from cqia.accounts.templatetags.cqia_ui import Part

register = template.Library()

_HAN = re.compile("[\u4e00-\u9fff]")
_SHOWN = 5  # colours of a bar; the other parts are one
_ROWS, _CHARACTERS, _TOKENS = 1, 2, 3  # the places of the weights in a part of the mix


@register.filter
def share(value: float) -> str:
    """A share in per cent, to a tenth."""
    return f"{value:.1%}"


@register.filter
def tongue(text: str) -> str:
    """The lang of what somebody typed: zh where Han characters are in it, else unknown."""
    return "zh" if _HAN.search(text) else ""


@register.filter(name="hex")
def hexadecimal(digest: bytes | memoryview) -> str:
    return bytes(digest).hex()


@register.filter
def bar_by(parts: Sequence[Sequence[Any]], weight: str) -> list[Part]:
    """The parts of a mix as a bar, by rows, characters or tokens, in the order of their rows."""
    place = {"rows": _ROWS, "characters": _CHARACTERS, "tokens": _TOKENS}[weight]
    bar: list[Part] = [
        (str(part[0]) or _("not stated"), int(part[place]), str(number))
        for number, part in enumerate(parts[:_SHOWN], 1)
    ]
    rest = sum(int(part[place]) for part in parts[_SHOWN:])
    return [*bar, (_("others"), rest, "rest")] if rest else bar
