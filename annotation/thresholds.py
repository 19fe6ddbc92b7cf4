"""Where a project draws the line of each check; a pair beyond one that is on is dropped."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotation.checks import (
    CHECK_OF,
    CHECKS,
    CORPUS_CHECKS,
    PROJECT_CHECKS,
    TEXT_CHECKS,
    Bounds,
    Check,
)
from annotation.models import Finding, Pair, Project, Threshold
from cqia.lib.errors import CqiaError

# Presets are this project's own, not the paper's. "balanced" is where the checks stand by default.
PRESETS: dict[str, Promise] = {
    "strict": _("Strict"),
    "balanced": _("Balanced"),
    "lenient": _("Lenient"),
}
CUSTOM = "custom"  # the lines of no preset
# A preset moves these; the lines of models, which people switch on with care, it leaves alone.
_PRESET_CHECKS = frozenset(check.id for check in (*TEXT_CHECKS, *PROJECT_CHECKS, *CORPUS_CHECKS))


@dataclass(frozen=True)
class Measured:
    """What one check found of a pair, in words; `drops` where its line, being on, drops the pair."""

    name: str
    score: str
    drops: bool
    evidence: str


@dataclass(frozen=True)
class Line:
    """The bounds of one check in one project; without a Threshold row those of the check."""

    check: Check
    enabled: bool
    low: float | None
    high: float | None

    @property
    def beyond(self) -> Q:
        """Findings of this check outside the bounds, be the line on or off."""
        outside = Q(pk__in=[])
        if self.low is not None:
            outside |= Q(score__lt=self.low)
        if self.high is not None:
            outside |= Q(score__gt=self.high)
        return Q(check_id=self.check.id) & outside

    @property
    def is_default(self) -> bool:
        check = self.check
        return (self.enabled, self.low, self.high) == (check.enabled, check.low, check.high)

    def drops(self, score: float) -> bool:
        return (self.low is not None and score < self.low) or (
            self.high is not None and score > self.high
        )

    def explain(self, score: float, evidence: str) -> str:
        """Why a finding beyond this line is a reason to drop, in the language now active."""
        high = self.high is not None and score > self.high
        sentence = self.check.too_high if high else self.check.too_low
        return str(sentence) % {"score": shown(self.check, score), "evidence": evidence}


@dataclass(frozen=True)
class Preset:
    """Lines for all rules at once; `is_present` where the project's lines are these."""

    id: str
    name: Promise
    lines: tuple[Line, ...]
    is_present: bool


def shown(check: Check, score: float) -> str:
    """A score as people read it: whole numbers grouped, shares in per cent, points with a decimal."""
    if check.whole:
        return formats.number_format(int(score), use_l10n=True, force_grouping=True)
    if check.share:
        return f"{score:.1%}"
    return formats.number_format(round(score, 1))


def lines_of(project: Project | int) -> list[Line]:
    """The line of every check in a project (or the one with this id), in the order of CHECKS."""
    rows = {row.check_id: row for row in Threshold.objects.filter(project=project)}
    return [_line(check, rows.get(check.id)) for check in CHECKS]


def preset(name: str) -> list[Line]:
    """The lines that a preset draws; raises CqiaError for a name that there is not."""
    if name not in PRESETS:
        raise CqiaError("unknown_preset", {"preset": name})
    return [_preset_line(check, name) for check in CHECKS if check.id in _PRESET_CHECKS]


def preset_of(lines: Iterable[Line]) -> str:
    """Which preset these lines are, "custom" where none."""
    ours = [line for line in lines if line.check.id in _PRESET_CHECKS]
    return next((name for name in PRESETS if preset(name) == ours), CUSTOM)


def presets(project: Project) -> list[Preset]:
    """Every preset, and which of them the project's lines are."""
    present = preset_of(lines_of(project))
    return [
        Preset(name, label, tuple(preset(name)), name == present) for name, label in PRESETS.items()
    ]


def _preset_line(check: Check, name: str) -> Line:
    bounds: Bounds | None = {"strict": check.strict, "lenient": check.lenient}.get(name)
    one = bounds or Bounds(check.low, check.high, check.enabled)
    return Line(check, one.enabled, one.low, one.high)


def _line(check: Check, row: Threshold | None) -> Line:
    if row is None:
        return Line(check, check.enabled, check.low, check.high)
    return Line(check, row.enabled, row.low, row.high)


def measured(pair: Pair) -> list[Measured]:
    """What the checks have found of a pair, in the order of CHECKS."""
    found = {one.check_id: one for one in Finding.objects.filter(pair=pair)}
    return [
        Measured(
            str(line.check.name),
            shown(line.check, finding.score),
            line.enabled and line.drops(finding.score),
            finding.evidence,
        )
        for line in lines_of(pair.project)
        if (finding := found.get(line.check.id)) is not None
    ]


def beyond(lines: Iterable[Line]) -> Q:
    """Findings for which one of the lines that are on drops a pair."""
    return reduce(or_, [line.beyond for line in lines if line.enabled], Q(pk__in=[]))


def check_named(check_id: str) -> Check:
    if check_id not in CHECK_OF:
        raise CqiaError("unknown_check", {"check": check_id})
    return CHECK_OF[check_id]


def refuse_nonsense(line: Line) -> None:
    """Raise CqiaError for bounds that are no numbers, or the wrong way round."""
    bounds = [bound for bound in (line.low, line.high) if bound is not None]
    if not all(map(math.isfinite, bounds)):
        raise CqiaError("threshold_not_finite")
    if bounds != sorted(bounds):
        raise CqiaError("threshold_crossed")
