"""Forms of one's own account."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cqia.accounts import keys
from cqia.lib.errors import CqiaError


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"), max_length=80, help_text=_("A name by which you know it again.")
    )


class KeyField(forms.CharField):
    """A key by its name. `writing` where it must work inside a text field too."""

    def __init__(self, *, writing: bool, **options: Any) -> None:
        super().__init__(max_length=40, **options)
        self.writing = writing

    def clean(self, value: Any) -> str:
        try:
            name = keys.named(super().clean(value))
            if self.writing and not keys.works_while_writing(name):
                raise CqiaError("key_in_text")
        except CqiaError as error:
            raise forms.ValidationError(str(error)) from error
        return name


class KeysForm(forms.Form):
    """A field for each action; two actions of one page must not have one key."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for place in keys.PLACES:
            for action in place.actions:
                self.fields[action.id] = KeyField(
                    label=action.label,
                    writing=action.writing,
                    widget=forms.TextInput(
                        attrs={"data-place": place.id, "autocomplete": "off", "spellcheck": "false"}
                    ),
                )

    def clean(self) -> dict[str, str]:
        chosen = dict(self.cleaned_data)  # add_error takes fields out of the other
        for action, other in keys.clashes(chosen):
            words = {"key": keys.sign(chosen[action.id]), "action": str(other.label)}
            self.add_error(action.id, str(CqiaError("key_twice", words)))
        return self.cleaned_data

    def places(self) -> Iterator[tuple[str | Promise, list[forms.BoundField]]]:
        """The name of each page, and its fields."""
        for place in keys.PLACES:
            yield place.label, [self[action.id] for action in place.actions]
