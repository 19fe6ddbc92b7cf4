"""What was put into the scales and free fields of a form: read, checked, and left out where not asked."""

from collections.abc import Callable, Mapping
from datetime import date
from math import isfinite
from typing import Any

from annotation.desk_forms import Field, Form, Kind
from annotation.drafts import typed
from cqia.lib.errors import CqiaError


def rated(form: Form, ratings: Mapping[str, int], *, complete: bool) -> dict[str, int]:
    """The points by criterion. Raises CqiaError for points off the scale, and where one is missing
    though all are asked for; criteria that the form does not have are left out."""
    found = {}
    for one in form.criteria:
        points = ratings.get(one.key)
        if points is not None and points not in one.points:
            raise CqiaError(
                "rating_off_scale", {"name": one.label, "low": one.low, "high": one.high}
            )
        if points is None and complete:
            raise CqiaError("rating_missing", {"name": one.label})
        if points is not None:
            found[one.key] = points
    return found


def answered(form: Form, verb: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The free fields that are asked for with this verb, as they are stored.

    Raises CqiaError for a required one that is empty and for a value of another kind.
    """
    found: dict[str, Any] = {}
    for one in form.fields:
        if one.when is not None and not one.when.holds(verb, found):
            continue
        value = _READ[one.kind](one, given.get(one.key))
        if value not in (None, "", []):
            found[one.key] = value
        elif one.required:
            raise CqiaError("field_missing", {"name": one.label})
    return found


def _text(_one: Field, value: Any) -> str:
    return typed(str(value or "")).strip()


def _number(one: Field, value: Any) -> int | float | None:
    if value in (None, ""):
        return None
    try:
        number = float(str(value))
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise CqiaError("field_number", {"name": one.label})
    return int(number) if number.is_integer() else number


def _date(one: Field, value: Any) -> str:
    if not value:
        return ""
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise CqiaError("field_date", {"name": one.label}) from None


def _choice(one: Field, value: Any) -> str:
    chosen = _choices(one, value)
    return chosen[0] if chosen else ""


def _choices(one: Field, value: Any) -> list[str]:
    """In the order of the form."""
    several = value if isinstance(value, list | tuple) else [value]
    given = [str(key) for key in several if key not in (None, "")]
    known = [option.key for option in one.options]
    if not set(known).issuperset(given):
        raise CqiaError("field_choice", {"name": one.label})
    return [key for key in known if key in given]


_READ: Mapping[Kind, Callable[[Field, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
}
