"""What a figure of a release is: it sees rows, and keeps what it counted as JSON."""

import math
from abc import ABC, abstractmethod
from collections import Counter
from typing import Any, ClassVar, Protocol

from django.utils.functional import Promise

KEPT = 200  # names of a list that are kept; the others are one sum


class Row(Protocol):
    """A row of a release as figures read it; see review.items."""

    @property
    def source(self) -> str: ...

    @property
    def licence(self) -> str: ...

    @property
    def split(self) -> str: ...

    @property
    def digest(self) -> bytes: ...

    @property
    def prompt_chars(self) -> int: ...

    @property
    def answer_chars(self) -> int: ...

    @property
    def tokens(self) -> int | None: ...

    @property
    def score(self) -> float | None: ...

    @property
    def agreement(self) -> float | None: ...

    @property
    def data(self) -> dict[str, Any]: ...

    @property
    def more(self) -> dict[str, Any]: ...


class Figure(ABC):
    """Counts over the rows of one release; a new one for each count.

    `most`: how many rows it sees at most, every n-th of the release; None: all of them.
    """

    id: ClassVar[str]
    name: ClassVar[str | Promise]
    description: ClassVar[str | Promise]  # how it is counted
    most: ClassVar[int | None] = None

    @abstractmethod
    def add(self, row: Row) -> None: ...

    @abstractmethod
    def data(self) -> dict[str, Any]:
        """What is kept: plain JSON, the same for the same rows."""


class Binned:
    """Counts of values in bins of one width, from 0 on; what lies beyond `top` is in the last bin."""

    def __init__(self, width: float, top: float) -> None:
        self.width, self.last = width, round(top / width) - 1
        self.counts: Counter[int] = Counter()
        self.values, self.sum = 0, 0.0

    def add(self, value: float) -> None:
        # Rounded first: 0.3 / 0.1 is a little less than 3.
        place = math.floor(round(value / self.width, 9))
        self.counts[min(max(place, 0), self.last)] += 1
        self.values += 1
        self.sum += value

    def data(self) -> dict[str, Any]:
        """How many values, their mean, and (from, to, count) of each bin from the first to the last
        that has any."""
        places = range(min(self.counts), max(self.counts) + 1) if self.counts else range(0)
        bins = [
            [round(at * self.width, 6), round((at + 1) * self.width, 6), self.counts[at]]
            for at in places
        ]
        mean = round(self.sum / self.values, 4) if self.values else None
        return {"values": self.values, "mean": mean, "bins": bins}


def ranked(counts: Counter[str]) -> list[list[Any]]:
    """The names that occur most with their counts, those that occur as often by name."""
    return [[name, count] for name, count in sorted(counts.items(), key=_most)[:KEPT]]


def _most(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
