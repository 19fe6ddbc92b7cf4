"""How far the prompts of a set are answered, and by whom."""

from dataclasses import dataclass

from django.db.models import Avg, Count, Q
from django.db.models.functions import Length

from annotation.models import Project
from evaluation.models import Answer, AnswerFailure, ModelVersion, PromptSet


@dataclass(frozen=True)
class Coverage:
    """A model's answers to a set: prompts it answered, all samples of them, their mean length in
    characters; those cut off at the token limit; and those that failed and have not come since."""

    model: ModelVersion
    prompt_set: PromptSet
    prompts: int
    answered: int
    answers: int
    characters: int
    cut_off: int
    failed: int


@dataclass(frozen=True)
class SetRow:
    prompt_set: PromptSet
    prompts: int
    categories: int  # named ones
    models: int  # that answered


def sets_of(project: Project) -> list[SetRow]:
    sets = project.prompt_sets.annotate(
        size=Count("prompts"),
        kinds=Count("prompts__category", distinct=True, filter=~Q(prompts__category="")),
    )
    answers = Answer.objects.filter(prompt__prompt_set__project=project)
    models = dict(
        answers.values("prompt__prompt_set")
        .annotate(models=Count("model", distinct=True))
        .values_list("prompt__prompt_set", "models")
    )
    return [
        SetRow(each, each.size, each.kinds, models.get(each.pk, 0))
        for each in sets.order_by("name")
    ]


def categories(prompt_set: PromptSet) -> list[tuple[str, int]]:
    """Each category with its number of prompts, the largest first; prompts without one as “”."""
    counted = prompt_set.prompts.values("category").annotate(prompts=Count("pk"))
    return list(counted.order_by("-prompts", "category").values_list("category", "prompts"))


def of_set(prompt_set: PromptSet) -> list[Coverage]:
    """Every model that has answered, or failed to, by name."""
    return _counted(prompt_set.project, Q(prompt__prompt_set=prompt_set))


def of_model(model: ModelVersion) -> list[Coverage]:
    """Every set that it has answered, or failed to, by name."""
    return _counted(model.project, Q(model=model))


def _counted(project: Project, which: Q) -> list[Coverage]:
    place = ("model", "prompt__prompt_set")
    answers = Answer.objects.filter(which).values(*place)
    counted = {
        tuple(each.pop(name) for name in place): each
        for each in answers.annotate(
            answered=Count("prompt", distinct=True),
            answers=Count("pk"),
            characters=Avg(Length("text")),
            cut_off=Count("pk", filter=Q(params__finish="length")),
        )
    }
    failures = AnswerFailure.objects.filter(which).values(*place).annotate(failed=Count("pk"))
    failed = {tuple(each[name] for name in place): each["failed"] for each in failures}
    places = {*counted, *failed}
    models = project.model_versions.in_bulk({model for model, _ in places})
    sets = project.prompt_sets.annotate(size=Count("prompts")).in_bulk({each for _, each in places})
    nothing = {"answered": 0, "answers": 0, "characters": 0, "cut_off": 0}
    rows = []
    for model, prompt_set in places:
        figures = counted.get((model, prompt_set), nothing)
        rows.append(
            Coverage(
                models[model],
                sets[prompt_set],
                sets[prompt_set].size,
                **{**figures, "characters": round(figures["characters"])},
                failed=failed.get((model, prompt_set), 0),
            )
        )
    return sorted(rows, key=lambda row: (row.model.name, row.prompt_set.name))
