"""Which of two answers people preferred: the rewrite over what it replaced, and by ranking."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from review.exports.base import Item


@dataclass(frozen=True, slots=True)
class Comparison:
    """`edited`: characters that came or went, and `ratio`: their share of both texts; of a rewrite
    only. `reason` is why it was rewritten, `model` who wrote the rejected answer: "" where unknown.
    """

    chosen: str
    rejected: str
    by: str  # "rewrite" or "ranking"
    reason: str = ""
    edited: int | None = None
    ratio: float | None = None
    model: str = ""


def comparisons(item: Item) -> list[Comparison]:
    """No two of the same texts; a rewrite goes before a ranking that says the same."""
    found: dict[tuple[str, str], Comparison] = {}
    for one in (*_rewritten(item), *_ranked(item)):
        if one.chosen != one.rejected:
            found.setdefault((one.chosen, one.rejected), one)
    return list(found.values())


def _rewritten(item: Item) -> Iterator[Comparison]:
    for original in item.more.get("originals", ()):
        yield Comparison(
            item.data["output"],
            original["text"],
            "rewrite",
            original["reason"] or "",
            original["edited"],
            original["ratio"],
            original["model"] or "",
        )


def _ranked(item: Item) -> Iterator[Comparison]:
    """Each answer over each one of a lower tier; none where people found all of them bad."""
    if item.more.get("all_bad"):
        return
    for better, worse in combinations(item.more.get("tiers", ()), 2):
        for chosen in better:
            for rejected in worse:
                yield Comparison(chosen, rejected, "ranking")
