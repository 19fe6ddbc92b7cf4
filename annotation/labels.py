"""What people say of a check's pairs, and how good the line is by it."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404

from annotation import line_quality
from annotation.line_quality import Estimate, Labelled, Share
from annotation.models import Finding, Project, ScoreLabel
from annotation.thresholds import Line
from cqia.accounts.models import User

Ends = tuple[float | None, float | None]  # the bounds of a line, the lower one first


@dataclass(frozen=True)
class Quality:
    """How good a line is, by the labels there are.

    `precision` and `recall` are of the labelled pairs; `sampled` and `missed` only of those drawn at
    random beyond and within the line, and so hold for all pairs.
    """

    precision: Share
    recall: Share
    sampled: Share
    missed: Share

    @property
    def best(self) -> Share:
        """The precision to go by: that of the random draw, where there is one."""
        return self.sampled if self.sampled.total else self.precision

    def recall_of_all(self, beyond: int, within: int) -> Estimate | None:
        """Of all pairs, given how many lie on each side; None without a draw on both."""
        if not (self.sampled.total and self.missed.total):
            return None
        return line_quality.recall(self.sampled, self.missed, (beyond, within))


@dataclass(frozen=True)
class Scored:
    """The label of a pair with its score."""

    label: ScoreLabel
    score: float

    @property
    def bounds(self) -> Ends:
        """Of the line at which the pair was drawn."""
        return self.label.drawn_low, self.label.drawn_high

    @property
    def plain(self) -> Labelled:
        return Labelled(self.score, self.label.keep)


def label(
    project: Project, user: User, finding: Finding, keep: bool, drawn_at: Line | None = None
) -> ScoreLabel:
    """Say that the pair of a finding should be kept, or dropped; again to change one's mind.

    `drawn_at` is the line at which the pair was drawn at random; None where it was picked.
    """
    values: dict[str, Any] = {"keep": keep}
    if drawn_at is not None:
        values |= {"drawn": True, "drawn_low": drawn_at.low, "drawn_high": drawn_at.high}
    key: dict[str, Any] = {
        "project": project,
        "pair_id": finding.pair_id,
        "check_id": finding.check_id,
    }
    made, _new = ScoreLabel.objects.update_or_create(**key, user=user, defaults=values)
    return made


def unlabel(project: Project, user: User, finding: Finding) -> None:
    """Take one's own label back."""
    key = {"project": project, "pair_id": finding.pair_id, "check_id": finding.check_id}
    ScoreLabel.objects.filter(**key, user=user).delete()


def finding_of(project: Project, check_id: str, pair: str) -> Finding:
    """The finding to label; 404 where this project has none of this check on the pair."""
    number = int(pair) if pair.isdecimal() and len(pair) < 19 else 0
    found = Finding.objects.of(project).select_related("pair").prefetch_related("pair__responses")
    return get_object_or_404(found, check_id=check_id, pair=number)


def labels_of(project: Project, check_id: str, pairs: Iterable[int]) -> dict[int, ScoreLabel]:
    """The last label of each of the pairs, whoever gave it."""
    return {one.pair_id: one for one in _latest(project).filter(check_id=check_id, pair__in=pairs)}


def scored(project: Project) -> dict[str, list[Scored]]:
    """The last label of every pair with its present score, by check."""
    score = Finding.objects.filter(pair=OuterRef("pair"), check_id=OuterRef("check_id"))
    found: dict[str, list[Scored]] = defaultdict(list)
    for one in _latest(project).annotate(score=Subquery(score.values("score")[:1])):
        if one.score is not None:
            found[one.check_id].append(Scored(one, one.score))
    return found


def quality(line: Line, labels: Sequence[Scored]) -> Quality:
    """Precision and recall of a line, be it on or off."""
    beyond = [one for one in labels if line.drops(one.score)]
    wrong = [one for one in labels if not one.label.keep]
    # A draw speaks for one side of this line only where it covered all of it.
    now, drawn = (line.low, line.high), [one for one in labels if one.label.drawn]
    sampled = [one for one in drawn if line.drops(one.score) and _within(one.bounds, now)]
    missed = [one for one in drawn if not line.drops(one.score) and _within(now, one.bounds)]
    hits = _dropped(beyond)
    return Quality(
        Share(hits, len(beyond)),
        Share(hits, len(wrong)),
        Share(_dropped(sampled), len(sampled)),
        Share(_dropped(missed), len(missed)),
    )


def _latest(project: Project) -> QuerySet[ScoreLabel]:
    known = ScoreLabel.objects.filter(project=project).select_related("user")
    return known.order_by("check_id", "pair_id", "-at").distinct("check_id", "pair_id")


def _dropped(labels: Sequence[Scored]) -> int:
    return sum(not one.label.keep for one in labels)


def _within(
    inner: tuple[float | None, float | None], outer: tuple[float | None, float | None]
) -> bool:
    """Whether what one line keeps is kept by another."""
    low = -math.inf if outer[0] is None else outer[0]
    high = math.inf if outer[1] is None else outer[1]
    return (
        low <= (-math.inf if inner[0] is None else inner[0])
        and (math.inf if inner[1] is None else inner[1]) <= high
    )
