"""The shape of a decision, as the workbench posts it; whether it may be is for annotation.outcomes."""

from collections.abc import Iterator
from typing import Any

import orjson
from django import forms
from django.http import QueryDict

from annotation import desk
from annotation.drafts import SEAT_LIMIT, TEXT_LIMIT
from annotation.models import Annotation, Project
from annotation.outcomes import Decision

_LONGEST_KEY = 40
_LONGEST_EVIDENCE = 2000
_LARGEST = 2**31 - 1


class LongText(forms.CharField):
    """A line end counts as the one character that was typed, though browsers send two."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class WorkForm(forms.Form):
    """What a draft keeps: everything but the verb. The names are those of the decision's fields."""

    text = LongText(required=False, strip=False, max_length=TEXT_LIMIT)
    instruction = LongText(required=False, strip=False, max_length=TEXT_LIMIT)
    input = LongText(required=False, strip=False, max_length=TEXT_LIMIT)
    tag = forms.CharField(required=False, max_length=_LONGEST_KEY)
    note = forms.CharField(required=False, max_length=2000)
    flaw = forms.CharField(required=False, max_length=2000)
    all_bad = forms.BooleanField(required=False)
    best = forms.IntegerField(required=False, min_value=1, max_value=99)
    form = forms.IntegerField(required=False, min_value=0, max_value=_LARGEST)
    guideline = forms.IntegerField(required=False, min_value=1, max_value=_LARGEST)
    draft = forms.IntegerField(required=False, min_value=0, max_value=2**53)
    seat = forms.CharField(required=False, max_length=SEAT_LIMIT)
    evidence = forms.CharField(required=False, max_length=_LONGEST_EVIDENCE)

    data: QueryDict

    def decision(self, project: Project, verb: str = "") -> Decision:
        """As it was typed; call it on a valid form."""
        data = self.cleaned_data
        kept = ("text", "tag", "note", "flaw", "all_bad", "best", "form", "draft", "seat")
        return Decision(
            verb=verb or data.get("verb", ""),
            instruction=data["instruction"] if "instruction" in self.data else None,
            input=data["input"] if "input" in self.data else None,
            reasons=self.data.getlist("reasons"),
            places={int(key): place for key, place in self._numbers("place-") if key.isdecimal()},
            ratings=dict(self._numbers("rate-")),
            fields=dict(self._fields()),
            guideline_id=desk.guideline_id(project, data["guideline"]),
            evidence=_object(data["evidence"]),
            **{name: data[name] for name in kept},
        )

    def _numbers(self, prefix: str) -> Iterator[tuple[str, int]]:
        """What stands behind the prefix → a number of at most two digits; others are left out."""
        for name in self.data:
            value = str(self.data[name])
            if name.startswith(prefix) and value.isdecimal() and len(value) < 3:
                yield name.removeprefix(prefix)[:_LONGEST_KEY], int(value)

    def _fields(self) -> Iterator[tuple[str, str | list[str]]]:
        for name in self.data:
            if name.startswith("field-"):
                values = [value[:TEXT_LIMIT] for value in self.data.getlist(name)]
                yield name.removeprefix("field-"), values[0] if len(values) == 1 else values

    def sentences(self) -> str:
        """All that is wrong, for a person."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class DecisionForm(WorkForm):
    verb = forms.ChoiceField(choices=Annotation.Verb.choices)


def _object(text: str) -> dict[str, Any]:
    """A JSON object; whatever else it is counts for nothing."""
    try:
        found = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
