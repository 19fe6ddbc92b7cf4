from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext_lazy as _

from annotation.models import Endpoint, Guideline, Project
from cqia.accounts.roles import Role


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Project
        fields = ["name", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class NewProjectForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Project
        fields = ("name", "slug")
        labels = {"slug": _("Short name")}
        help_texts = {"slug": _("In addresses and commands: letters, digits and hyphens.")}


class MemberForm(forms.Form):
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text=_("Somebody without an account gets one; its password is shown once."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class GuidelineForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Guideline
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 14, "lang": "zh"})}
        help_texts = {"text": _("Markdown. Every save is a new version.")}


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    judge = forms.TypedChoiceField(
        label=_("Judge of the pre-filter"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("No judge")), (1, _("First judge")), (2, _("Second judge"))],
    )

    class Meta:
        model = Endpoint
        fields = ["name", "base_url", "model", "api_key", "judge", "samples"]
        # The key is written only: a saved one is never sent to a browser.
        widgets = {"api_key": forms.PasswordInput(render_value=False)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["samples"].required = False  # left out: the model's default
