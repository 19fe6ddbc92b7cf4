"""The least length of an answer: what its source asks, else what the recipe asks for the task."""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import F

from annotation import jobs
from annotation.models import Pair, Source
from annotation.sources.recipes import recipe_of
from cqia.accounts.models import User, record


def floors_of(ids: Sequence[int]) -> dict[int, int]:
    """Characters that each pair's answer should have at least; 0: any."""
    pairs = Pair.objects.filter(pk__in=ids).values_list(
        "pk", "source__recipe", "source__answer_floor", "task_minor"
    )
    return {pk: _floor(recipe, own, kinds) for pk, recipe, own, kinds in pairs}


def set_floor(source: Source, floor: int | None, user: User) -> bool:
    """Ask another length of a source's answers (None: what the recipe asks), and have the project
    measured anew; False where the source asks for that already."""
    with transaction.atomic():
        mine = Source.objects.select_for_update(no_key=True).filter(pk=source.pk)
        if mine.get().answer_floor == floor:
            return False
        mine.update(answer_floor=floor, floor_changes=F("floor_changes") + 1)
        record(user, "floor set", source.project_id, source=source.name, floor=floor)
        jobs.start("annotation.run_prefilter", source.project, user)
    return True


def _floor(recipe: str, own: int | None, kinds: Collection[str]) -> int:
    if own is not None:
        return own
    found = recipe_of(recipe)
    return 0 if found is None else found.floor(kinds)
