from dataclasses import replace
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from annotation.checks import CHECKS
from annotation.models import Project, Source, State
from annotation.models.pair import PASSED
from annotation.sides import PAGES
from annotation.thresholds import Line, check_named


class ThresholdForm(forms.Form):
    """The line of one check."""

    check = forms.CharField(widget=forms.HiddenInput)
    enabled = forms.BooleanField(required=False)
    low = forms.FloatField(required=False)
    high = forms.FloatField(required=False)

    @property
    def line(self) -> Line:
        """Of a valid form; raises CqiaError for a check that does not exist."""
        data = self.cleaned_data
        return Line(check_named(data["check"]), data["enabled"], data["low"], data["high"])


class SidesForm(forms.Form):
    """Which pairs to show beside a line, and another line to show them at."""

    low = forms.FloatField(required=False)
    high = forms.FloatField(required=False)
    bound = forms.ChoiceField(required=False, choices=[("low", ""), ("high", "")])
    page = forms.IntegerField(required=False, min_value=1, max_value=PAGES)
    draw = forms.BooleanField(required=False)

    def line(self, saved: Line) -> Line:
        """The line that was asked for, else the one saved; of a valid form."""
        if not ("low" in self.data or "high" in self.data):
            return saved
        return replace(saved, low=self.cleaned_data["low"], high=self.cleaned_data["high"])


class _OfProject(forms.Form):
    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sources = Source.objects.filter(project=project).order_by("name")
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]


class JudgeForm(_OfProject):
    source = forms.ModelChoiceField(
        Source.objects.none(), required=False, label=_("Source"), empty_label=_("All sources")
    )
    limit = forms.IntegerField(
        required=False, min_value=1, label=_("At most"), help_text=_("Pairs; empty: all of them.")
    )


class DropFilter(_OfProject):
    q = forms.CharField(
        required=False,
        max_length=100,
        label=_("In the question"),
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    check = forms.ChoiceField(
        required=False,
        label=_("Check"),
        choices=lambda: [("", _("All checks")), *((check.id, check.name) for check in CHECKS)],
    )
    source = forms.ModelChoiceField(
        Source.objects.none(), required=False, label=_("Source"), empty_label=_("All sources")
    )


class FunnelForm(_OfProject):
    by = forms.ChoiceField(required=False, choices=[("source", ""), ("check", "")])
    check = forms.ChoiceField(
        required=False,
        label=_("Check"),
        choices=lambda: [(check.id, check.name) for check in CHECKS],
    )
    source = forms.ModelChoiceField(
        Source.objects.none(), required=False, label=_("Source"), empty_label=_("All sources")
    )


class PairFilter(_OfProject):
    q = forms.CharField(
        required=False,
        max_length=100,
        label=_("In the question"),
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=lambda: [("", _("All states")), (PASSED, _("passed the checks")), *State.choices],
    )
    source = forms.ModelChoiceField(
        Source.objects.none(), required=False, label=_("Source"), empty_label=_("All sources")
    )
    # A band of one check's scores, as the funnel links it.
    check = forms.ChoiceField(
        required=False,
        widget=forms.HiddenInput,
        choices=lambda: [(check.id, check.name) for check in CHECKS],
    )
    least = forms.FloatField(required=False, widget=forms.HiddenInput)
    below = forms.FloatField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Turns the band into what a finding must be."""
        data = super().clean() or {}
        check, least, below = (data.pop(name, None) for name in ("check", "least", "below"))
        band = Q(findings__check_id=check)
        if least is not None:
            band &= Q(findings__score__gte=least)
        if below is not None:
            band &= Q(findings__score__lt=below)
        return data | {"band": band if check else None}
