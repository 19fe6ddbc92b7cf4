"""How long prompts and answers are, in characters, white space included."""

from array import array
from collections import defaultdict
from itertools import chain
from typing import Any, ClassVar

import numpy as np
from django.utils.translation import gettext_lazy as _

from review.statistics.base import KEPT, Figure, Row

# Six bins a decade, the same for all releases, so that two of them can be laid over each other.
EDGES = [0, 1, 2, 3, 5, 7, *(step * 10**n for n in range(7) for step in (10, 15, 20, 30, 50, 70))]


class Lengths(Figure):
    """`answer` is the output, `prompt` instruction and input together."""

    id: ClassVar[str] = "lengths"
    name = _("Lengths")
    description = _("Characters of instruction and input, and of the answer, white space included.")

    def __init__(self) -> None:
        # By source: 4 bytes a row, so that a million rows fit, and quantiles are exact.
        self.prompts: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self.answers: dict[str, array[int]] = defaultdict(lambda: array("I"))

    def add(self, row: Row) -> None:
        self.prompts[row.source].append(row.prompt_chars)
        self.answers[row.source].append(row.answer_chars)

    def data(self) -> dict[str, Any]:
        sources = sorted(self.answers, key=lambda source: (-len(self.answers[source]), source))
        return {
            "prompt": spread(array("I", chain.from_iterable(self.prompts.values()))),
            "answer": spread(array("I", chain.from_iterable(self.answers.values()))),
            "sources": [
                [
                    source,
                    len(self.answers[source]),
                    _mean(self.prompts[source]),
                    _mean(self.answers[source]),
                    max(self.answers[source]),
                ]
                for source in sources[:KEPT]
            ],
        }


def spread(lengths: "array[int]") -> dict[str, Any]:
    """Mean, quantiles and (from, to, count) of each bin between the shortest and the longest."""
    if not lengths:
        return {"mean": None, "quantiles": None, "max": None, "bins": []}
    values = np.frombuffer(lengths, np.uint32)
    counts, _edges = np.histogram(np.minimum(values, EDGES[-1] - 1), EDGES)
    found = np.flatnonzero(counts)
    return {
        "mean": _mean(lengths),
        "quantiles": [round(float(at), 1) for at in np.quantile(values, (0.05, 0.5, 0.95))],
        "max": int(values.max()),
        "bins": [
            [EDGES[at], EDGES[at + 1], int(counts[at])] for at in range(found[0], found[-1] + 1)
        ],
    }


def _mean(lengths: "array[int]") -> float:
    return round(sum(lengths) / len(lengths), 2)
