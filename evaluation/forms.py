"""What leads fill in on the Evaluate page. Forms check shape; the verbs check rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotation.models import Project
from evaluation import generation
from evaluation.models import ModelVersion, PromptSet


class PromptsForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the set"),
        max_length=80,
        help_text=_("A name that exists already adds to that set."),
    )
    file = forms.FileField(
        label=_("JSONL file"),
        help_text=_("One object a line: id, category, prompt, reference. Other keys are not read."),
    )


class AnswersForm(forms.Form):
    prompt_set = forms.ModelChoiceField(
        PromptSet.objects.none(), label=_("Prompt set"), empty_label=None
    )
    file = forms.FileField(
        label=_("JSONL file"),
        help_text=_("One object a line: question_id, model, answer. New models are added."),
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["prompt_set"].queryset = project.prompt_sets.order_by("name")  # type: ignore[attr-defined]


class ModelForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ModelVersion
        fields = ("name", "base", "release", "endpoint")
        labels = {"release": _("Trained on release"), "endpoint": _("Endpoint")}
        help_texts = {"endpoint": _("Where its answers can be generated; set up in the settings.")}

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        kwargs["instance"] = ModelVersion(project=project)
        super().__init__(*args, **kwargs)
        self.fields["release"].queryset = project.releases.all()  # type: ignore[attr-defined]
        self.fields["endpoint"].queryset = project.endpoints.order_by("name")  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if ModelVersion.objects.filter(project=self.instance.project, name=name).exists():
            raise forms.ValidationError(_("There is a model of this name already."))
        return name


class GenerateForm(forms.Form):
    model = forms.ModelChoiceField(ModelVersion.objects.none(), label=_("Model"))
    prompt_set = forms.ModelChoiceField(
        PromptSet.objects.none(), label=_("Prompt set"), empty_label=None
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
    seed = forms.IntegerField(label=_("Seed"), min_value=0, initial=generation.Settings.seed)

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = project.model_versions.filter(endpoint__isnull=False).order_by("name")
        self.fields["model"].queryset = able  # type: ignore[attr-defined]
        self.fields["prompt_set"].queryset = project.prompt_sets.order_by("name")  # type: ignore[attr-defined]

    def settings(self) -> generation.Settings:
        given = self.cleaned_data
        return generation.Settings(given["temperature"], given["max_tokens"], given["seed"])
