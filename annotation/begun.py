"""What the fields of the workbench begin with: the draft, else what the person decided the last time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotation.models import Annotation


@dataclass(frozen=True)
class Begun:
    """By the names of a Decision's fields. Answers go by their numbers on this person's page."""

    text: str = ""
    instruction: str | None = None  # None: as it was imported
    input: str | None = None
    tag: str = ""
    reasons: Sequence[str] = ()
    note: str = ""
    flaw: str = ""
    places: Mapping[int, int] = field(default_factory=dict)
    all_bad: bool = False
    best: int | None = None
    ratings: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)


_KNOWN = frozenset(Begun.__dataclass_fields__) - {"places"}


def of_draft(kept: Mapping[str, Any]) -> Begun:
    """From a draft, which holds only what was filled in."""
    places = {int(number): place for number, place in kept.get("places", {}).items()}
    return Begun(places=places, **{name: kept[name] for name in _KNOWN & kept.keys()})


def of_decision(annotation: Annotation, order: Sequence[int]) -> Begun:
    """From a decision, on a page where the answers, by their ids, stand in this order."""
    number = {pk: place for place, pk in enumerate(order, 1)}
    tiers = enumerate(annotation.tiers, 1)
    answer = annotation.response
    return Begun(
        text=answer.text if answer else "",
        instruction=annotation.instruction,
        input=annotation.input,
        tag=annotation.tag,
        reasons=annotation.reasons,
        note=annotation.note,
        flaw=annotation.flaw,
        places={number[pk]: place for place, tier in tiers for pk in tier if pk in number},
        all_bad=annotation.all_bad,
        best=number.get(answer.parent_id or answer.pk) if answer else None,
        ratings=annotation.ratings,
        fields=annotation.fields,
    )
