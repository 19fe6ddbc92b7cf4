"""Reading the fields of a composition: each as it should be, or a fault that names the field."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from cqia.lib.errors import CqiaError

MOST_TEXTS, TEXT_LENGTH = 1000, 200


def known_fields(given: object, name: str, of: type[Any]) -> Mapping[str, Any]:
    """An object with no other fields than the dataclass has."""
    if not isinstance(given, Mapping):
        raise CqiaError("composition_shape", {"field": name})
    known = {one.name for one in fields(of)}
    for other in given:
        if other not in known:
            raise CqiaError("composition_unknown", {"field": f"{name}.{other}"[:TEXT_LENGTH]})
    return given


def text(data: Mapping[str, Any], name: str, limit: int = TEXT_LENGTH) -> str:
    """One line that a database and UTF-8 can hold."""
    value = data.get(name) or ""
    storable = isinstance(value, str) and value.isprintable() and len(value) <= limit
    if not storable:
        raise CqiaError("bad_text", {"field": name, "limit": limit})
    return str(value)


def texts(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Each once, in the order of their characters."""
    value = data.get(name) or ()
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) > MOST_TEXTS:
        raise CqiaError("composition_shape", {"field": name})
    return tuple(sorted({text({name: one}, name) for one in value}))


def choice(data: Mapping[str, Any], name: str, known: Sequence[str], default: str = "") -> str:
    """One of `known`; the default, or the first, where it is missing."""
    value = data.get(name)
    if value is None:
        return default or known[0]
    if not isinstance(value, str) or value not in known:
        raise CqiaError("unknown_value", {"field": name, "found": str(value)[:TEXT_LENGTH]})
    return value


def number(
    data: Mapping[str, Any], name: str, low: float = -math.inf, high: float = math.inf
) -> float | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise CqiaError("composition_shape", {"field": name})
    if not low <= value <= high:
        raise CqiaError("composition_range", {"field": name})
    return value


def whole(data: Mapping[str, Any], name: str, most: int) -> int | None:
    """A whole number from 1 to `most`."""
    value = number(data, name, 1, most)
    if value is not None and value != int(value):
        raise CqiaError("composition_range", {"field": name})
    return None if value is None else int(value)


def yes(data: Mapping[str, Any], name: str) -> bool:
    value = data.get(name) or False
    if not isinstance(value, bool):
        raise CqiaError("composition_shape", {"field": name})
    return value


def day(data: Mapping[str, Any], name: str) -> date | None:
    value = data.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise CqiaError("composition_day", {"field": name}) from error
