"""The rows of the cockpit: one for each check, in groups."""

from collections.abc import Sequence
from dataclasses import dataclass

from annotation import cockpit, labels, thresholds
from annotation.checks import Check
from annotation.checks.base import Group
from annotation.histograms import Histogram, histograms
from annotation.models import Project


@dataclass(frozen=True)
class Row:
    """One check: its line, what lies beyond it, and how good people find it."""

    line: thresholds.Line
    dropped: int = 0  # pairs put down to this check
    beyond: int = 0  # findings beyond the line, be it on or off
    histogram: Histogram | None = None
    quality: labels.Quality | None = None

    @property
    def passing(self) -> int:
        return self.histogram.total - self.beyond if self.histogram else 0

    @property
    def low(self) -> str:
        return _plain(self.line.low)

    @property
    def high(self) -> str:
        return _plain(self.line.high)


@dataclass(frozen=True)
class Rows:
    """A group of checks: those that drop, and those that only warn."""

    group: Group
    dropping: list[Row]
    warning: list[Row]


def rows_of(project: Project, lines: Sequence[thresholds.Line], words: str = "") -> list[Rows]:
    """The groups that have a check with these words in its name or description."""
    dropped, beyond = cockpit.dropped_by(project, lines), cockpit.beyond_each(project, lines)
    spread = histograms(project, [line.check for line in lines])
    known = labels.scored(project)
    groups = {group: Rows(group, [], []) for group in Group}
    for line in lines:
        key = line.check.id
        if _mentions(line.check, words):
            quality = labels.quality(line, known[key])
            row = Row(line, dropped[key], beyond[key], spread[key], quality)
            group = groups[line.check.group]
            (group.dropping if line.enabled else group.warning).append(row)
    return [group for group in groups.values() if group.dropping or group.warning]


def _mentions(check: Check, words: str) -> bool:
    text = f"{check.id} {check.name} {check.description}".casefold()
    return all(word in text for word in words.casefold().split())


def _plain(bound: float | None) -> str:
    """As a number field takes it, whatever the language."""
    return "" if bound is None else f"{bound:.10g}"
