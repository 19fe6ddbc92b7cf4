from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from annotation.models.source import KIND_LENGTH
from review.licence_table import PARTS, VERDICTS, Row, Table

_KEY = RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9._+-]*\Z")


class RowForm(forms.Form):
    """One row of the table; a row without a key is left out."""

    key = forms.CharField(
        label=_("Kind"), max_length=KIND_LENGTH, required=False, validators=[_KEY]
    )
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    research = forms.ChoiceField(label=_("Research"), choices=list(VERDICTS.items()))
    commercial = forms.ChoiceField(label=_("Commercial"), choices=list(VERDICTS.items()))
    open = forms.ChoiceField(label=_("Open publication"), choices=list(VERDICTS.items()))
    group = forms.CharField(label=_("Group"), max_length=40, required=False)
    notice = forms.CharField(label=_("In the NOTICE file"), max_length=400, required=False)


class FixedForm(RowForm):
    """A row whose kind is the program's own: it stays, and the NOTICE file has no words for it."""

    key = forms.CharField(label=_("Kind"), disabled=True)
    group = None  # type: ignore[assignment]
    notice = None  # type: ignore[assignment]


class NoteForm(forms.Form):
    note = forms.CharField(label=_("What changed, and why"), max_length=200, required=False)


_Rows = forms.formset_factory(RowForm, extra=1, absolute_max=500, max_num=500)
_Fixed = forms.formset_factory(FixedForm, extra=0, absolute_max=50, max_num=50)


class TableForms:
    """The forms of a whole table: a list of rows for each of its parts."""

    def __init__(self, table: Table, data: Any = None) -> None:
        self.parts = {
            part: (_Rows if part == "licence" else _Fixed)(
                data, prefix=part, initial=[_initial(row) for row in table.of(part)]
            )
            for part in PARTS
        }
        self.note = NoteForm(data)

    def is_valid(self) -> bool:
        return all(one.is_valid() for one in (*self.parts.values(), self.note))

    def rows(self) -> list[Row]:
        """The rows as they were given, in their order."""
        return [
            Row(part=part, **form.cleaned_data)
            for part, forms_ in self.parts.items()
            for form in forms_
            if form.cleaned_data.get("key")
        ]


def _initial(row: Row) -> dict[str, str]:
    return {name: value for name, value in vars(row).items() if name != "part"}
