"""A decision in words, for those who read it: reasons, ratings and fields by the form it was made with."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from annotation import desk_forms
from annotation.desk_forms import Criterion, Field, Form
from annotation.models import Annotation, Pair
from cqia.lib.diff import diff, render_html


@dataclass(frozen=True)
class Rating:
    criterion: Criterion
    points: int

    @property
    def is_low(self) -> bool:
        return self.criterion.is_low(self.points)


@dataclass(frozen=True)
class Told:
    reasons: list[str]
    tag: str
    ratings: list[Rating]
    fields: list[tuple[str, str]]
    instruction: str | None
    input: str | None


def told(annotation: Annotation, pair: Pair) -> Told:
    """With the edited prompt as its difference to the imported one, None where nothing was edited."""
    form = desk_forms.of_decision(annotation)
    points = annotation.ratings
    return Told(
        reasons=form.reasons_in_words(annotation.reasons),
        tag=form.tag_in_words(annotation.tag),
        ratings=[Rating(one, points[one.key]) for one in form.criteria if one.key in points],
        fields=list(_fields(form, annotation.fields)),
        instruction=_difference(pair.instruction, annotation.instruction),
        input=_difference(pair.input, annotation.input),
    )


def _fields(form: Form, given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for one in form.fields:
        if one.key in given:
            yield one.label, _value(one, given[one.key])


def _value(one: Field, value: Any) -> str:
    words = {option.key: option.label for option in one.options}
    several = value if isinstance(value, list) else [value]
    return " · ".join(words.get(str(part), str(part)) for part in several)


def _difference(before: str, after: str | None) -> str | None:
    return None if after is None else render_html(diff(before, after))
