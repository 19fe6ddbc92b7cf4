"""What a lead fills in for a new campaign. The form checks shape; evaluation.designs checks rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from annotation.models import Project
from evaluation import planning
from evaluation.designs import EXTRA_LIMIT, Design
from evaluation.models import Campaign, ModelVersion, PromptSet
from evaluation.models.campaign import every_answer

TAGS_LIMIT = 12
TAG_LENGTH = 20
LEAVE_OUT = (("tie", _("Tie")), ("both_bad", _("Both bad")), ("skip", _("Skip")))
DESIGNS = (
    ("", _("by the baseline: each meets it; without one, all meet all")),
    (Campaign.Design.ROUND_ROBIN, _("all meet all, also with a baseline")),
    (Campaign.Design.ADAPTIVE, _("adaptive: the pair on which a vote tells most comes next")),
)
STOPPING = (
    ("none", _("by hand: a lead closes it")),
    ("anytime", _("as soon as the votes decide it, however often they are looked at")),
    ("fixed", _("when the planned number of votes is cast")),
)
GROUPS = (
    (
        pgettext_lazy("campaign", "What is compared"),
        ("name", "prompt_set", "models", "baseline", "pairing"),
    ),
    (_("How much is asked"), ("votes_per_matchup", "prompts", "seed", "spares", "daily_cap")),
    (
        _("What voters see"),
        ("guideline", "criteria", "tags", "leave_out", "style", "naming"),
    ),
    (_("Trust in the votes"), ("attention", "repeats", "min_seconds")),
    (_("When it ends"), ("stopping", "futility")),
    (_("What it takes"), ("effect", "ties", "alpha", "power", "people", "pace")),
)


def percent(label: Any, initial: float, most: float, text: Any = "") -> forms.FloatField:
    return forms.FloatField(
        label=label, initial=initial, min_value=0, max_value=most, required=False, help_text=text
    )


class CampaignForm(forms.Form):
    """Fields that are not sent keep the plain campaign: all answers, no extras, closed by hand."""

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
    pairing = forms.ChoiceField(label=_("Who meets whom"), choices=DESIGNS, required=False)
    votes_per_matchup = forms.IntegerField(
        label=_("Votes for each comparison"),
        min_value=1,
        max_value=9,
        initial=3,
        help_text=_("Each of another person."),
    )
    prompts = forms.IntegerField(
        label=_("At most so many prompts"),
        min_value=1,
        required=False,
        help_text=_("A sample is drawn. Leave empty to ask all of them."),
    )
    seed = forms.IntegerField(label=_("Seed of the sample"), min_value=0, initial=0)
    criteria = forms.MultipleChoiceField(
        label=_("Also asked, besides which answer is better"),
        choices=Campaign.Criterion.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    tags = forms.CharField(
        label=_("Reasons to choose from"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, a few words each. Voters may tick them."),
    )
    leave_out = forms.MultipleChoiceField(
        label=_("Leave these answers out"),
        choices=LEAVE_OUT,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    style = forms.ChoiceField(
        label=_("Answers are shown as"), choices=Campaign.Style.choices, required=False
    )
    naming = forms.ChoiceField(
        label=_("Where an answer says which model wrote it"),
        choices=Campaign.Naming.choices,
        required=False,
        initial=Campaign.Naming.MASK,
    )
    attention = percent(
        _("Attention items, % of the votes"),
        0,
        100 * EXTRA_LIMIT,
        _("The same answer twice, or one to another question. They show who does not read."),
    )
    repeats = percent(
        _("Repeats, % of the votes"),
        0,
        100 * EXTRA_LIMIT,
        _("Asked again of the same person with the sides swapped."),
    )
    spares = forms.IntegerField(
        label=_("Kept in reserve for skips"),
        min_value=0,
        max_value=9,
        required=False,
        initial=1,
        help_text=_(
            "So many spare votes on each comparison, drawn now and used where somebody skips."
        ),
    )
    min_seconds = forms.FloatField(
        label=_("A vote is marked as fast below so many seconds"),
        min_value=0,
        max_value=600,
        required=False,
        initial=3,
    )
    daily_cap = forms.IntegerField(
        label=_("Most votes of one person a day"), min_value=1, required=False
    )
    stopping = forms.ChoiceField(label=_("It ends"), choices=STOPPING, required=False)
    futility = forms.BooleanField(
        label=_("End it also when no difference that matters can be found any more"),
        required=False,
    )
    effect = percent(_("Share of wins to be told from a half, %"), 60, 99)
    ties = percent(_("Ties expected, %"), 20, 95)
    alpha = percent(_("Chance of a false alarm, %"), 5, 50)
    power = percent(_("Chance to find the difference, %"), 80, 99)
    people = forms.IntegerField(label=_("Evaluators"), min_value=1, required=False)
    pace = forms.FloatField(
        label=_("Seconds a vote takes"), min_value=1, required=False, initial=round(planning.PACE)
    )
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
        self.initial.setdefault("people", planning.evaluators(project) or 1)
        models = project.model_versions.order_by("name")
        self.fields["models"].queryset = models  # type: ignore[attr-defined]
        self.fields["baseline"].queryset = models  # type: ignore[attr-defined]
        self.fields["prompt_set"].queryset = project.prompt_sets.order_by("name")  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Campaign.objects.filter(project=self.project, name=name).exists():
            raise forms.ValidationError(_("There is a campaign of this name already."))
        return name

    def clean_tags(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["tags"].splitlines()]
        tags = list(dict.fromkeys(line for line in lines if line))
        if len(tags) > TAGS_LIMIT or any(len(tag) > TAG_LENGTH for tag in tags):
            message = _("At most %(tags)s reasons of at most %(length)s characters each.")
            params = {"tags": TAGS_LIMIT, "length": TAG_LENGTH}
            raise forms.ValidationError(message, params=params)
        return tags

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for field in ("name", "guideline", "tags"):
            text = given.get(field, "")
            named = _named_in(text if isinstance(text, str) else "\n".join(text), given)
            if named:
                message = _("This names the model “%(model)s”, and evaluators would read it.")
                self.add_error(field, forms.ValidationError(message, params={"model": named}))
        return given

    def can_be_counted(self) -> bool:
        """Whether all is there that decides how many votes it takes; a name, say, may be missing."""
        return not set(self.errors) - {"name", "guideline", "tags"}

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields as the page shows them: under titles."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS]

    def design(self) -> Design:
        given = self.cleaned_data
        return Design(
            given["prompt_set"],
            list(given["models"]),
            given["baseline"],
            given["votes_per_matchup"],
            given["prompts"],
            given["seed"],
            kind=given["pairing"],
            naming=given["naming"] or Campaign.Naming.LEAVE,
            attention=(given["attention"] or 0) / 100,
            repeats=(given["repeats"] or 0) / 100,
            spares=given["spares"] or 0,
        )

    def wish(self) -> planning.Wish:
        """What the power calculation is asked; the form's own values where a field is empty."""
        given = {
            name: self.fields[name].initial if value is None else value
            for name in ("effect", "ties", "alpha", "power", "pace")
            for value in [self.cleaned_data.get(name)]
        }
        people = self.cleaned_data.get("people") or self.initial["people"]
        shares = {name: given[name] / 100 for name in ("effect", "ties", "alpha", "power")}
        return planning.Wish(**shares, people=people, pace=given["pace"])

    def rules(self) -> dict[str, Any]:
        """The fields of Campaign that say how people vote and when it ends."""
        given = self.cleaned_data
        stopping: dict[str, Any] = {"rule": given["stopping"] or "none"}
        if stopping["rule"] != "none":
            wish = self.wish()
            stopping |= {"alpha": wish.alpha, "margin": round(wish.effect - 0.5, 6)}
            stopping["futility"] = given["futility"]
        return {
            "guideline": given["guideline"],
            "criteria": given["criteria"],
            "tags": given["tags"],
            "allowed": [each for each in every_answer() if each not in given["leave_out"]],
            "style": given["style"] or Campaign.Style.MARKDOWN,
            "min_seconds": given["min_seconds"] or 0,
            "daily_cap": given["daily_cap"],
            "stopping": stopping,
        }


def _named_in(text: str, given: dict[str, Any]) -> str | None:
    models = given.get("models", ())
    return next((model.name for model in models if model.name.lower() in text.lower()), None)
