from django import forms
from django.utils.translation import gettext_lazy as _

from annotation.judge_templates import LONGEST, refuse_unfenced
from cqia.lib.errors import CqiaError

_AREA = {"lang": "zh", "spellcheck": "false"}


class JudgeTemplateForm(forms.Form):
    """A prompt that keeps its fences; says in the reader's language what it lacks."""

    system = forms.CharField(
        label=_("Instructions"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 20, **_AREA}),
        help_text=_("They must name {fence} and every field of the answer."),
    )
    user = forms.CharField(
        label=_("What is judged"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 11, **_AREA}),
        help_text=_(
            "{question} and {answer} each on a line of their own, between two lines that hold {fence}."
        ),
    )

    def clean(self) -> None:
        data = self.cleaned_data
        for name in ("system", "user"):
            data[name] = data.get(name, "").replace("\r\n", "\n")
        if data["system"] and data["user"]:
            try:
                refuse_unfenced(data["system"], data["user"])
            except CqiaError as error:
                raise forms.ValidationError(str(error)) from error
