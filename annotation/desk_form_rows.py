"""The form in which a lead writes the form of the workbench: one row a reason, scale or field."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from annotation.desk_forms import Form, Kind
from annotation.models import Annotation, Mode

_KEY = "[a-z][a-z0-9_]{0,39}"
_OPTION = re.compile(rf"(?P<key>{_KEY})\s*=\s*(?P<zh>[^|]*)(?:\|(?P<en>.*))?\Z")
_MOST_ROWS = 60
_LONGEST = 80  # characters of a label
_MOST_POINTS = 11


class ModeForm(forms.Form):
    mode = forms.ChoiceField(
        label=_("Way of working"), choices=Mode.choices, widget=forms.RadioSelect
    )


class ChoiceRow(forms.Form):
    """A row that was left empty, or whose key was deleted, is no row."""

    key = forms.RegexField(
        rf"\A{_KEY}\Z",
        label=_("Key"),
        help_text=_(
            "Small letters, digits and _. It is what decisions keep, so leave it as it is."
        ),
    )
    zh = forms.CharField(label=_("Chinese"), max_length=_LONGEST, required=False)
    en = forms.CharField(label=_("English"), max_length=_LONGEST, required=False)
    hint = forms.CharField(label=_("Hint"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("key") and not (data.get("zh") or data.get("en")):
            raise forms.ValidationError(_("Give it a name in one of the languages."))
        return data

    def part(self) -> dict[str, Any]:
        """As the form keeps it."""
        return {name: self.cleaned_data[name] for name in ("key", "zh", "en", "hint")}

    @staticmethod
    def first(choice: Any) -> dict[str, Any]:
        """What the fields begin with."""
        return asdict(choice)


class CriterionRow(ChoiceRow):
    low = forms.IntegerField(label=_("Lowest"), min_value=0, max_value=99, initial=1)
    high = forms.IntegerField(label=_("Highest"), min_value=1, max_value=99, initial=5)
    line = forms.IntegerField(
        label=_("Line"),
        min_value=0,
        max_value=99,
        required=False,
        help_text=_("An answer rated below it must be rewritten. Empty: no such line."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        low, high, line = (data.get(name) for name in ("low", "high", "line"))
        if low is None or high is None:
            return data
        if not 1 <= high - low < _MOST_POINTS:
            raise forms.ValidationError(_("A scale has 2 to 11 points."))
        if line is not None and not low <= line <= high:
            raise forms.ValidationError(_("The line lies outside the scale."))
        return data

    def part(self) -> dict[str, Any]:
        scale = {name: self.cleaned_data[name] for name in ("low", "high", "line")}
        return super().part() | scale


class FieldRow(ChoiceRow):
    kind = forms.ChoiceField(
        label=_("Kind"),
        initial=Kind.TEXT,
        choices=[
            (Kind.TEXT, _("text")),
            (Kind.CHOICE, _("one of several")),
            (Kind.CHOICES, _("some of several")),
            (Kind.NUMBER, _("number")),
            (Kind.DATE, _("date")),
        ],
    )
    options = forms.CharField(
        label=_("Options"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line: key = 中文 | English"),
    )
    required = forms.BooleanField(label=_("Required"), required=False)
    when_name = forms.RegexField(
        rf"\A{_KEY}\Z",
        label=_("Only when"),
        required=False,
        help_text=_("“verb”, or the key of a field above. Empty: always."),
    )
    when_values = forms.CharField(
        label=_("is one of"),
        required=False,
        max_length=400,
        help_text=_("Keys with commas between, such as: rewrite, reject"),
    )

    def clean_options(self) -> list[dict[str, str]]:
        lines = [line.strip() for line in self.cleaned_data["options"].splitlines()]
        return [_option(line) for line in lines if line]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        chooses = data.get("kind") in (Kind.CHOICE, Kind.CHOICES)
        if chooses and "options" in data and len(data["options"]) < 2:
            raise forms.ValidationError(_("Give it at least two options."))
        if bool(data.get("when_name")) != bool(self._values(data)):
            raise forms.ValidationError(_("A condition has a name and at least one value."))
        if data.get("when_name") == "verb" and not set(Annotation.Verb).issuperset(
            self._values(data)
        ):
            raise forms.ValidationError(_("There is no such decision."))
        return data

    @staticmethod
    def _values(data: Mapping[str, Any]) -> list[str]:
        values = re.split(r"[,，、]", data.get("when_values", ""))
        return [value.strip() for value in values if value.strip()]

    def part(self) -> dict[str, Any]:
        data = self.cleaned_data
        chooses = data["kind"] in (Kind.CHOICE, Kind.CHOICES)
        condition = {"name": data["when_name"], "values": self._values(data)}
        return super().part() | {
            "kind": data["kind"],
            "options": data["options"] if chooses else [],
            "required": data["required"],
            "when": condition if data["when_name"] else None,
        }

    @staticmethod
    def first(choice: Any) -> dict[str, Any]:
        lines = [f"{one.key} = {one.zh} | {one.en}" for one in choice.options]
        when = choice.when
        return asdict(choice) | {
            "options": "\n".join(lines),
            "when_name": when.name if when else "",
            "when_values": ", ".join(when.values) if when else "",
        }


def _option(line: str) -> dict[str, str]:
    found = _OPTION.match(line)
    words = {name: (found[name] or "").strip() for name in ("key", "zh", "en")} if found else {}
    if not words or not (words["zh"] or words["en"]):
        raise forms.ValidationError(gettext("Cannot be read: %(line)s") % {"line": line[:60]})
    return words


class _Rows(forms.BaseFormSet):  # type: ignore[type-arg]
    """In their order; rows that are empty or to be deleted are left out."""

    def parts(self) -> list[dict[str, Any]]:
        return [row.part() for row in self._rows()]

    def _rows(self) -> Iterator[Any]:
        for row in self.ordered_forms:
            if row.cleaned_data.get("key"):
                yield row

    def clean(self) -> None:
        if any(self.errors):
            return
        keys = [part["key"] for part in self.parts()]
        for key in keys:
            if keys.count(key) > 1:
                message = gettext("The key “%(key)s” is there twice.")
                raise forms.ValidationError(message % {"key": key})
        self.refuse(self.parts())

    def refuse(self, parts: list[dict[str, Any]]) -> None:
        """Raise for what cannot be of the rows together."""


class _Reasons(_Rows):
    def refuse(self, parts: list[dict[str, Any]]) -> None:
        if not parts:
            raise forms.ValidationError(gettext("Keep at least one reason."))


class _Fields(_Rows):
    def refuse(self, parts: list[dict[str, Any]]) -> None:
        above = {"verb"}
        for part in parts:
            if part["when"] and part["when"]["name"] not in above:
                message = gettext("The condition of “%(key)s” names no field above it.")
                raise forms.ValidationError(message % {"key": part["key"]})
            above.add(part["key"])


def _formset(row: type[ChoiceRow], kind: type[_Rows]) -> type[_Rows]:
    made = forms.formset_factory(
        row,
        formset=kind,
        extra=2,
        can_delete=True,
        can_order=True,
        max_num=_MOST_ROWS,
        validate_max=True,
        absolute_max=_MOST_ROWS + 10,
    )
    return cast("type[_Rows]", made)


_SETS: dict[str, tuple[type[ChoiceRow], type[_Rows]]] = {
    "reasons": (ChoiceRow, _formset(ChoiceRow, _Reasons)),
    "tags": (ChoiceRow, _formset(ChoiceRow, _Rows)),
    "criteria": (CriterionRow, _formset(CriterionRow, _Rows)),
    "fields": (FieldRow, _formset(FieldRow, _Fields)),
}


class Editing:
    """A form of the workbench on the page of a lead: its mode and its four lists."""

    def __init__(self, form: Form, data: QueryDict | None = None) -> None:
        self.mode = ModeForm(data, initial={"mode": form.mode})
        self.sets: dict[str, _Rows] = {
            name: kind(
                data,
                prefix=name,
                # What was sent is the whole form, whoever has saved another one meanwhile.
                initial=None if data else [row.first(one) for one in getattr(form, name)],
            )
            for name, (row, kind) in _SETS.items()
        }

    def is_valid(self) -> bool:
        return all([self.mode.is_valid(), *(rows.is_valid() for rows in self.sets.values())])

    def parts(self) -> dict[str, list[dict[str, Any]]]:
        return {name: rows.parts() for name, rows in self.sets.items()}
