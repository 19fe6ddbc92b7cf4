"""A release beside another one, or beside the published figures of COIG-CQIA."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PUBLISHED = "published"


@dataclass(frozen=True)
class Part:
    """A source, or the whole. Means and the longest in characters."""

    name: str
    rows: int
    prompt_mean: float
    answer_mean: float
    answer_max: int

    @property
    def characters(self) -> float:
        """Of all answers together."""
        return self.rows * self.answer_mean


@dataclass(frozen=True)
class Known:
    """What is known of one side of a comparison."""

    name: str
    total: Part
    sources: tuple[Part, ...]
    origin: str = ""  # where published figures are from
    url: str = ""
    derived: str = ""  # which of them were not published, but worked out

    def share(self, part: Part | None) -> float:
        """Of the rows."""
        return part.rows / self.total.rows if part and self.total.rows else 0.0

    def text_share(self, part: Part) -> float:
        """Of the characters of answers."""
        whole = sum(source.characters for source in self.sources)
        return part.characters / whole if whole else 0.0


@dataclass(frozen=True)
class Beside:
    """A source on both sides, with its share of each; None where a side has none of it."""

    name: str
    this: Part | None
    other: Part | None
    share: float  # of the rows of this side
    other_share: float

    @property
    def most(self) -> float:
        """The greater of the two shares: the sides may differ much in size."""
        return max(self.share, self.other_share)


def known(name: str, figures: Mapping[str, Any]) -> Known:
    """One side, from the figures counted of a release."""
    lengths = figures["lengths"]
    total = Part(
        name,
        figures["mix"]["whole"][0],
        lengths["prompt"]["mean"] or 0.0,
        lengths["answer"]["mean"] or 0.0,
        lengths["answer"]["max"] or 0,
    )
    return Known(name, total, tuple(Part(*source) for source in lengths["sources"]))


@cache
def published() -> Known:
    """What is published of COIG-CQIA; see published.toml for where, and for what is derived."""
    told = tomllib.loads(Path(__file__).with_name("published.toml").read_text(encoding="utf-8"))
    return Known(
        told["name"],
        Part(name=told["name"], **told["total"]),
        tuple(Part(**source) for source in told["sources"]),
        told["source"],
        told["url"],
        told["derived"],
    )


def beside(this: Known, other: Known) -> list[Beside]:
    """The sources of both sides by name, those first that are the most of a side.

    A source also meets the config that its name ends with: candidates_cqia_douban meets douban.
    """
    named = {part.name: part for part in other.sources}
    names = [matching(part.name, list(named)) for part in this.sources]
    met = [(part, named.get(name)) for part, name in zip(this.sources, names, strict=True)]
    rows = [Beside(one.name, one, two, this.share(one), other.share(two)) for one, two in met] + [
        Beside(part.name, None, part, 0.0, other.share(part))
        for part in other.sources
        if part.name not in names
    ]
    return sorted(rows, key=lambda row: -row.most)


def matching(name: str, others: Sequence[str]) -> str:
    """The one of the other names that is this name, or else the longest that it ends with."""
    if name in others:
        return name
    ends = [other for other in others if re.search(rf"[-_ ./]{re.escape(other)}$", name, re.I)]
    return max(ends, key=len, default="")
