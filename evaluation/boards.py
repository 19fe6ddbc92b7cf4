"""What a page shows of the figures that are kept of a ranking."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from evaluation.models import Campaign
from evaluation.ranking import Rating, Tally

EFFECTS = {
    "length": gettext_lazy("Longer answer"),
    "headers": gettext_lazy("More headings"),
    "lists": gettext_lazy("More list items"),
    "bold": gettext_lazy("More bold type"),
    "side": gettext_lazy("Standing left"),
}


@dataclass(frozen=True)
class Row:
    """One model of the table. The baseline has no tally against itself."""

    rating: Rating
    adjusted: Rating | None
    tally: Tally | None
    evaluators: int
    drawn: Mapping[str, float] | None  # low and high by the bootstrap, of all votes alone


@dataclass(frozen=True)
class Standings:
    """What a page shows of the figures, of all votes or of one category; the best first."""

    figures: Mapping[str, Any]
    category: str = ""

    @cached_property
    def part(self) -> Mapping[str, Any]:
        """The figures of the category asked for, or of all votes."""
        if not self.category:
            return self.figures
        return next(each for each in self.figures["categories"] if each["name"] == self.category)

    @cached_property
    def rows(self) -> list[Row]:
        adjusted = {each["model"]: Rating(**each) for each in self.part.get("adjusted", ())}
        tallies = {each["model"]: Tally(**each) for each in self.part["tallies"]}
        drawn = {each["model"]: each for each in self.part.get("bootstrap", ())}
        return [
            Row(
                Rating(**each),
                adjusted.get(each["model"]),
                tallies.get(each["model"]),
                self.part["voters_of"][each["model"]],
                drawn.get(each["model"]),
            )
            for each in self.part["board"]
        ]

    @property
    def votes(self) -> int:
        return int(self.part["votes"])

    @property
    def evaluators(self) -> int:
        return int(self.part["voters"])

    @property
    def baseline(self) -> str:
        return str(self.figures["baseline"])

    @property
    def drawn(self) -> bool:
        return any(row.drawn for row in self.rows)

    @property
    def adjusted(self) -> bool:
        return any(row.adjusted for row in self.rows)

    @cached_property
    def floor(self) -> float:
        return min(each.low for each in self._shown())

    @cached_property
    def ceiling(self) -> float:
        return max(each.high for each in self._shown())

    def _shown(self) -> list[Rating]:
        adjusted = [row.adjusted for row in self.rows if row.adjusted]
        return [*(row.rating for row in self.rows), *adjusted]

    @property
    def groups(self) -> int:
        return len({row.rating.group for row in self.rows})

    @property
    def lone(self) -> bool:
        """Whether there is nobody to be better than: one model, or several that never met."""
        return sum(row.rating.group == 0 for row in self.rows) < 2

    @property
    def rivals(self) -> list[str]:
        """Models behind the first that may be first too, by their range of ranks."""
        behind = self.rows[1:]
        return [
            row.rating.model for row in behind if row.rating.group == 0 and row.rating.rank_low == 1
        ]

    @property
    def other_first(self) -> str:
        """The first of the adjusted board, where it is another than that of the raw one."""
        first = [row.adjusted.model for row in self.rows if row.adjusted and row.adjusted.rank == 1]
        return first[0] if first and self.rows[0].rating.model not in first else ""

    @property
    def categories(self) -> list[str]:
        return [each["name"] for each in self.figures["categories"] if each["name"]]

    @property
    def by_category(self) -> list[Mapping[str, Any]]:
        return list(self.figures["categories"])

    @property
    def by_criterion(self) -> list[Mapping[str, Any]]:
        """As by category, each with its name in the reader's language too."""
        known = dict(Campaign.Criterion.choices)
        found = self.part.get("criteria", ())
        return [{**each, "label": str(known.get(each["name"], each["name"]))} for each in found]

    @property
    def effects(self) -> list[dict[str, Any]]:
        """Points of rating each, with its interval and its name in the reader's language."""
        return [
            {**each, "label": str(EFFECTS.get(each["name"], each["name"]))}
            for each in self.part.get("effects", ())
        ]

    @property
    def leaning(self) -> float | None:
        """Standard deviation of the voters' leanings to a side, in points; None without controls."""
        leaning: float | None = self.part.get("leaning")
        return leaning

    @property
    def neighbours(self) -> list[Mapping[str, Any]]:
        """Pairs of models next to each other on the board, with the votes that would tell them apart."""
        names = [row.rating.model for row in self.rows]
        wanted = set(pairwise(names))
        return [
            each for each in self.part.get("pairs", ()) if (each["one"], each["other"]) in wanted
        ]

    @property
    def left_out(self) -> list[Mapping[str, Any]]:
        return list(self.part.get("left_out", ()))

    @property
    def overlap(self) -> Mapping[str, Any] | None:
        """How far voters of the same comparisons agree; None where no two voted on one."""
        found: Mapping[str, Any] | None = self.part.get("overlap")
        return found if found and found["units"] else None

    @property
    def deciders(self) -> int:
        """Voters without any one of whom another model would be first."""
        first = self.rows[0].rating.model
        return sum(each["first"] != first for each in self.left_out)

    @property
    def verdict(self) -> list[str]:
        """What the board says, in a sentence or three."""
        if self.lone:
            return []
        first = self.rows[0].rating.model
        names = {"model": first, "n": len(self.rivals), "names": "、".join(self.rivals)}
        if not self.rivals:
            told = [_("%(model)s is first, and the votes are enough to say so.") % names]
        else:
            words = ngettext(
                "%(model)s stands first, but %(names)s may be as good: the votes do not tell them apart.",
                "%(model)s stands first, but %(n)s others may be as good: the votes do not tell them apart.",
                len(self.rivals),
            )
            told = [words % names]
        if self.other_first:
            words = _("Once style, side and voters are accounted for, %(model)s comes first.")
            told.append(words % {"model": self.other_first})
        return told
