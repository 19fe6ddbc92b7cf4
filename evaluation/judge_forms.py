"""What leads fill in to ask a judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotation.models import Endpoint, Project
from cqia.lib.errors import CqiaError
from evaluation import judge_asking
from evaluation.models import JudgeRun

RULES_SIZE = 1024 * 1024  # bytes of a file of rules (ours)


class JudgeForm(forms.Form):
    endpoint = forms.ModelChoiceField(
        Endpoint.objects.none(), label=_("Judge"), empty_label=None, to_field_name="name"
    )
    method = forms.ChoiceField(
        choices=JudgeRun.Method.choices, label=_("How it judges"), initial=JudgeRun.Method.PAIR
    )
    rules = forms.FileField(
        label=_("What is asked in each category"),
        required=False,
        help_text=_(
            "JSON or JSONL of {class, prompt}, such as BELLE's. Without it the built-in rules hold."
        ),
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["endpoint"].queryset = project.endpoints.order_by("name")  # type: ignore[attr-defined]

    def clean_rules(self) -> dict[str, str]:
        file = self.cleaned_data["rules"]
        if not file:
            return {}
        if file.size > RULES_SIZE:
            raise forms.ValidationError(str(CqiaError("judge_rules_unreadable")))
        try:
            return judge_asking.rules_of(file.read())
        except CqiaError as error:
            raise forms.ValidationError(str(error)) from None
