"""What leads fill in on the pages of prompts and models. Forms check shape; the verbs check rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotation.models import Project
from cqia.accounts.models import User
from evaluation import generation, held_out
from evaluation.models import ModelVersion, PromptSet


class PromptsForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the set"),
        max_length=80,
        help_text=_("A name that exists already adds to that set."),
    )
    file = forms.FileField(
        label=_("JSONL, JSON or CSV file"),
        help_text=_(
            "Each row: id, prompt (or turns, a list); optional: category, subcategory, source, "
            "system, reference. Other keys are not read."
        ),
    )


class DrawForm(forms.Form):
    name = forms.CharField(label=_("Name of the new set"), max_length=80)
    key = forms.ChoiceField(label=_("Held-out data"))
    size = forms.IntegerField(
        label=_("At most so many prompts"),
        min_value=1,
        max_value=held_out.DRAW_LIMIT,
        initial=200,
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        initial=0,
        help_text=_("The same seed draws the same prompts; it is kept with the set."),
    )

    def __init__(self, fields: list[held_out.Field], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = _("%(label)s: %(rows)s")
        self.fields["key"].choices = [  # type: ignore[attr-defined]
            (each.key, text % {"label": each.label, "rows": f"{each.rows:,}"}) for each in fields
        ]

    def draw(self) -> held_out.Draw:
        return held_out.Draw(**self.cleaned_data)


class AnswersForm(forms.Form):
    prompt_set = forms.ModelChoiceField(
        PromptSet.objects.none(), label=_("Prompt set"), empty_label=None
    )
    model = forms.CharField(
        label=_("Model"),
        max_length=120,
        required=False,
        help_text=_("Whose the answers are where a row does not say so. New models are added."),
    )
    file = forms.FileField(
        label=_("JSONL, JSON or CSV file"),
        help_text=_(
            "Each row: question_id, model, answer, optional sample. Or an import format "
            "(instruction, input, output; responses; messages), matched by its question."
        ),
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["prompt_set"].queryset = project.prompt_sets.order_by("name")  # type: ignore[attr-defined]


class ModelForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ModelVersion
        fields = ("name", "base", "training_run", "release", "endpoint", "trained_by", "notes")
        labels = {
            "training_run": _("Training run"),
            "release": _("Trained on release"),
            "endpoint": _("Endpoint"),
            "trained_by": _("Trained by"),
            "notes": _("Notes"),
        }
        help_texts = {
            "training_run": _("Name or address of the run that made it."),
            "endpoint": _("Where its answers can be generated; set up in the settings."),
            "trained_by": _("They are never asked about the answers of this model."),
        }
        widgets = {
            "trained_by": forms.CheckboxSelectMultiple,
            "notes": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, model: ModelVersion, *args: Any, **kwargs: Any) -> None:
        """`model` may be new: of its project, and not stored yet."""
        kwargs["instance"] = model
        super().__init__(*args, **kwargs)
        project = model.project
        people = User.objects.filter(memberships__project=project).distinct()
        self.fields["release"].queryset = project.releases.all()  # type: ignore[attr-defined]
        self.fields["endpoint"].queryset = project.endpoints.order_by("name")  # type: ignore[attr-defined]
        self.fields["trained_by"].queryset = people.order_by("username")  # type: ignore[attr-defined]
        if model.pk and model.campaigns.exists():
            self.fields["name"].disabled = True
            self.fields["name"].help_text = _("It stays: a campaign was opened under this name.")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = ModelVersion.objects.filter(project=self.instance.project, name=name)
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a model of this name already."))
        return name


class GenerateForm(forms.Form):
    model = forms.ModelChoiceField(ModelVersion.objects.none(), label=_("Model"), empty_label=None)
    prompt_set = forms.ModelChoiceField(
        PromptSet.objects.none(), label=_("Prompt set"), empty_label=None
    )
    samples = forms.IntegerField(
        label=_("Answers to each prompt"),
        min_value=1,
        max_value=generation.SAMPLES_LIMIT,
        initial=generation.Settings.samples,
        help_text=_("Campaigns compare the first; the others show how much answers vary."),
    )
    temperature = forms.FloatField(
        label=_("Temperature"),
        min_value=0,
        max_value=2,
        initial=generation.Settings.temperature,
    )
    max_tokens = forms.IntegerField(
        label=_("Longest answer, in tokens"),
        min_value=1,
        max_value=32_768,
        initial=generation.Settings.max_tokens,
    )
    seed = forms.IntegerField(
        label=_("Seed"), min_value=0, max_value=2**31 - 1, initial=generation.Settings.seed
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = project.model_versions.filter(endpoint__isnull=False).order_by("name")
        self.fields["model"].queryset = able  # type: ignore[attr-defined]
        self.fields["prompt_set"].queryset = project.prompt_sets.order_by("name")  # type: ignore[attr-defined]
        self.fields["samples"].required = False

    def settings(self) -> generation.Settings:
        given = self.cleaned_data
        return generation.Settings(
            given["temperature"], given["max_tokens"], given["seed"], given["samples"] or 1
        )
