"""What a release is made of, by rows, by characters of answers and by tokens: they differ."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from review.statistics.base import KEPT, Figure, Row

# What rows are told apart by. A row of several task types or domains counts in each of them.
BY = {
    "source": _("By source"),
    "task": _("By task type"),
    "domain": _("By domain"),
    "origin": _("By who wrote the answer"),
    "licence": _("By licence"),
    "split": _("By split"),
}


class Mix(Figure):
    id: ClassVar[str] = "mix"
    name = _("Mix")
    description = _("Shares of rows beside shares of text: a source of long answers weighs more.")

    def __init__(self) -> None:
        self.parts: dict[str, dict[str, list[int]]] = {by: {} for by in BY}
        self.whole = [0, 0, 0]
        self.every_row_has_tokens = True

    def add(self, row: Row) -> None:
        record = row.data
        self.every_row_has_tokens &= row.tokens is not None
        weight = (1, row.answer_chars, row.tokens or 0)
        _add(self.whole, weight)
        for by, names in (
            ("source", (row.source,)),
            ("task", record["task_type"]["major"]),
            ("domain", record["domain"]),
            ("origin", (record["answer_from"],)),
            ("licence", (row.licence,)),
            ("split", (row.split,)),
        ):
            parts = self.parts[by]
            for name in dict.fromkeys(names) or ("",):
                _add(parts.setdefault(name, [0, 0, 0]), weight)

    def data(self) -> dict[str, Any]:
        return {
            "whole": self._told(self.whole),
            "by": {by: self._kept(parts) for by, parts in self.parts.items()},
        }

    def _kept(self, parts: dict[str, list[int]]) -> dict[str, Any]:
        names = sorted(parts, key=lambda name: (-parts[name][0], name))
        top = [[name, *self._told(parts[name])] for name in names[:KEPT]]
        return {"names": len(parts), "top": top}

    def _told(self, weight: list[int]) -> list[int | None]:
        rows, characters, tokens = weight
        return [rows, characters, tokens if self.every_row_has_tokens else None]


def _add(total: list[int], weight: Iterable[int]) -> None:
    for place, more in enumerate(weight):
        total[place] += more
