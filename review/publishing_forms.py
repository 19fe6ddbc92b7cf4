"""Forms of publishing a release and of trying its readers."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from review.models import HubAccount
from review.rehearsal import CONSUMERS
from review.rehearsing import CUT_OFF, ROWS, tokenizers

REPOSITORY = r"^\w[\w.-]*/\w[\w.-]*$"


class PushForm(forms.Form):
    repo = forms.CharField(
        label=_("Repository"),
        max_length=96,
        validators=[RegexValidator(REPOSITORY)],
        help_text=_("Owner and name, as in owner/name. It is made if it is not there."),
    )
    private = forms.BooleanField(label=_("Private"), initial=True, required=False)


class HubAccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """The token is written, never shown; a new address wants its own."""

    class Meta:
        model = HubAccount
        fields = ["endpoint", "token"]
        widgets = {"token": forms.PasswordInput(render_value=False)}

    def clean_token(self) -> str:
        """Left empty, the token of an address that stays is kept."""
        stays = self.instance.endpoint == self.cleaned_data.get("endpoint")
        kept = self.instance.token if stays else ""
        return str(self.cleaned_data["token"] or kept)


class RehearsalForm(forms.Form):
    consumers = forms.MultipleChoiceField(
        label=_("Programs"), widget=forms.CheckboxSelectMultiple, initial=["datasets"]
    )
    tokenizer = forms.ChoiceField(label=_("Tokenizer"), required=False)
    cut_off = forms.IntegerField(
        label=_("Cut-off in tokens"), min_value=16, max_value=1_000_000, initial=CUT_OFF
    )
    rows = forms.IntegerField(
        label=_("Rows of each split"),
        min_value=0,
        initial=ROWS,
        help_text=_("For TRL and LLaMA-Factory; 0 for all. datasets loads every row."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = [
            (each.id, format_html('{} <span class="muted">{}</span>', each.name, each.description))
            for each in CONSUMERS
        ]
        self.fields["consumers"].choices = every  # type: ignore[attr-defined]
        found = [("", _("none")), *((name, name) for name in tokenizers())]
        self.fields["tokenizer"].choices = found  # type: ignore[attr-defined]
