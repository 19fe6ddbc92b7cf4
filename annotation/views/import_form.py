"""The form of an import: a file, and the source it belongs to; and the forms of a source itself."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotation.models import Project, Source
from annotation.models.source import LICENCE_LENGTH, MOST_FLOOR, NAME_LENGTH
from annotation.sources.recipes import RECIPES
from annotation.terms import Terms
from annotation.uploads import Wanted


class ImportForm(forms.Form):
    """Shape only; what the file is and whether it fits the source is said by annotation.uploads."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("JSONL, JSON or CSV. The same file again adds nothing."),
        widget=forms.FileInput(attrs={"accept": ".jsonl,.ndjson,.json,.csv,.tsv,.txt"}),
        allow_empty_file=True,  # annotation.uploads has better words for it
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=NAME_LENGTH,
        help_text=_("Where the rows come from. A new name makes a new source."),
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )
    recipe = forms.ChoiceField(
        label=_("Recipe"),
        choices=[("", _("That of the source")), *((recipe.id, recipe.name) for recipe in RECIPES)],
        required=False,
        help_text=_("How the fields are read; a source keeps its recipe."),
    )
    licence = forms.CharField(
        label=_("Licence"),
        max_length=LICENCE_LENGTH,
        required=False,
        help_text=_(
            "Under which the source may be used, such as CC-BY-4.0. It goes with every row."
        ),
    )
    floor = forms.IntegerField(
        label=_("Least characters of an answer"),
        min_value=0,
        max_value=MOST_FLOOR,
        required=False,
        help_text=_("Of a new source. Empty: what the recipe asks for the kind of task; 0: any."),
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sources = project.sources.order_by("name")

    def wanted(self) -> Wanted:
        data = self.cleaned_data
        return Wanted(data["source"], data["recipe"], data["licence"], data["floor"])


class FloorForm(forms.Form):
    floor = forms.IntegerField(min_value=0, max_value=MOST_FLOOR, required=False)


class TermsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Source
        fields = ("licence", "licence_kind", "consent", "output_terms", "terms_url")
        help_texts = {
            "licence": _("As it goes with every row, such as CC BY 4.0."),
            "licence_kind": _("By which the licence table of the releases knows it."),
            "consent": _("Of those who wrote the texts, or are spoken of in them."),
            "output_terms": _("What the terms of the model allow that wrote answers, if one did."),
            "terms_url": _("An address that begins with https:// or http://."),
        }
        widgets = {
            "licence_kind": forms.TextInput(attrs={"list": "licence-kinds", "autocomplete": "off"})
        }

    def terms(self) -> Terms:
        return Terms(**self.cleaned_data)
