"""The texts of pairs as everything that measures them reads them."""

from collections.abc import Sequence
from dataclasses import dataclass

from annotation.models import Pair, Response


@dataclass(frozen=True)
class Whole:
    """A pair's whole prompt, earlier turns included, and its answers as they were imported."""

    prompt: str
    answers: tuple[str, ...]


def whole_texts(ids: Sequence[int]) -> dict[int, Whole]:
    """The texts of these pairs, in two queries."""
    answers: dict[int, list[str]] = {pk: [] for pk in ids}
    imported = Response.objects.filter(pair__in=ids, parent=None, author=None)
    for pk, answer in imported.order_by("position", "pk").values_list("pair", "text"):
        answers[pk].append(answer)
    parts = Pair.objects.filter(pk__in=ids).values_list(
        "pk", "system", "history", "instruction", "input"
    )
    return {
        pk: Whole(prompt_of(system, history, instruction, extra), tuple(answers[pk]))
        for pk, system, history, instruction, extra in parts
    }


def prompt_of(system: str, history: list[list[str]], instruction: str, extra: str) -> str:
    """A whole prompt as one text: system, earlier turns, instruction, input."""
    turns = [said for turn in history for said in turn]
    return "\n".join(part for part in (system, *turns, instruction, extra) if part)
