"""What leads fill in on the Evaluate page. Forms check shape; the verbs check rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotation.models import Project
from evaluation import generation
from evaluation.designs import Design
from evaluation.models import Campaign, ModelVersion, PromptSet


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


class CampaignForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Evaluators see it: name no model in it.")
    )
    prompt_set = forms.ModelChoiceField(
        PromptSet.objects.none(), label=_("Prompt set"), empty_label=None
    )
    models = forms.ModelMultipleChoiceField(
        ModelVersion.objects.none(),
        label=_("Models compared"),
        widget=forms.CheckboxSelectMultiple,
    )
    baseline = forms.ModelChoiceField(
        ModelVersion.objects.none(),
        label=_("Baseline"),
        required=False,
        empty_label=_("none: all meet all"),
        help_text=_("Every other model meets the baseline alone, as in the paper."),
    )
    votes_per_matchup = forms.IntegerField(
        label=_("Votes for each comparison"), min_value=1, max_value=9, initial=3
    )
    prompts = forms.IntegerField(
        label=_("At most so many prompts"),
        min_value=1,
        required=False,
        help_text=_("A sample is drawn. Leave empty to ask all of them."),
    )
    seed = forms.IntegerField(label=_("Seed of the sample"), min_value=0, initial=0)
    guideline = forms.CharField(
        label=_("What evaluators are asked"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Markdown. Evaluators can open it beside every comparison."),
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        self.initial.setdefault("prompt_set", project.prompt_sets.order_by("pk").last())
        models = project.model_versions.order_by("name")
        self.fields["models"].queryset = models  # type: ignore[attr-defined]
        self.fields["baseline"].queryset = models  # type: ignore[attr-defined]
        self.fields["prompt_set"].queryset = project.prompt_sets.order_by("name")  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Campaign.objects.filter(project=self.project, name=name).exists():
            raise forms.ValidationError(_("There is a campaign of this name already."))
        return name

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for field in ("name", "guideline"):
            named = _named_in(given.get(field, ""), given.get("models", ()))
            if named:
                message = _("This names the model “%(model)s”, and evaluators would read it.")
                self.add_error(field, forms.ValidationError(message, params={"model": named}))
        return given

    def design(self) -> Design:
        given = self.cleaned_data
        return Design(
            given["prompt_set"],
            list(given["models"]),
            given["baseline"],
            given["votes_per_matchup"],
            given["prompts"],
            given["seed"],
        )


def _named_in(text: str, models: Any) -> str | None:
    return next((model.name for model in models if model.name.lower() in text.lower()), None)
