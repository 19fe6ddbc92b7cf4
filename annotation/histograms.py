"""How the scores of the checks spread: counted by the database for all checks at once, and kept."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Max

from annotation.checks import Check
from annotation.models import Finding, Job, Project

BINS = 48
_KEPT = 600  # seconds
_LIVE = 30  # seconds between two counts while a job may be measuring
_HIGHEST_SQL = f"""
SELECT check_id, (SELECT max(score) FROM {Finding._meta.db_table} finding
                   WHERE project_id = %(project)s AND finding.check_id = asked.check_id)
  FROM unnest(%(checks)s::text[]) AS asked(check_id)
"""
# Equal scores are many: grouped before they are put into bins, which costs more.
_BINS_SQL = f"""
WITH scores AS (
    SELECT check_id, score, count(*) AS pairs FROM {Finding._meta.db_table}
     WHERE project_id = %(project)s AND check_id = ANY(%(checks)s) GROUP BY 1, 2
)
SELECT check_id, least(width_bucket(
         CASE WHEN log THEN ln(1 + greatest(score, 0)) ELSE score END, low, high, {BINS}
       ), {BINS}), sum(pairs)
  FROM unnest(%(checks)s::text[], %(logs)s::bool[], %(lows)s::float[], %(highs)s::float[])
       AS asked(check_id, log, low, high) JOIN scores USING (check_id)
 GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Histogram:
    """Counts of BINS equal steps from `floor` to `ceiling`; of ln(1 + score) where `log`."""

    counts: tuple[int, ...]
    floor: float
    ceiling: float
    log: bool

    @property
    def total(self) -> int:
        return sum(self.counts)

    def place(self, score: float) -> float:
        """Where a score lies on the axis, from 0 to 1."""
        low, high, at = (self.scaled(value) for value in (self.floor, self.ceiling, score))
        return min(max((at - low) / (high - low), 0.0), 1.0)

    def score(self, place: float) -> float:
        """The score at a place of the axis."""
        low, high = self.scaled(self.floor), self.scaled(self.ceiling)
        at = low + place * (high - low)
        return math.expm1(at) if self.log else at

    def scaled(self, score: float) -> float:
        return math.log1p(max(score, 0.0)) if self.log else score


def histograms(project: Project, checks: Sequence[Check]) -> dict[str, Histogram | None]:
    """How the scores of each check spread; None where one has not measured anything."""
    stamp = _stamp(project)
    keys = {check.id: f"histogram-{project.pk}-{check.id}-{stamp}" for check in checks}
    known: dict[str, Histogram] = cache.get_many(keys.values())
    wanted = [check for check in checks if keys[check.id] not in known]
    fresh = {keys[check_id]: one for check_id, one in _counted(project, wanted).items()}
    cache.set_many(fresh, _KEPT)
    return {check_id: (known | fresh).get(key) for check_id, key in keys.items()}


def _stamp(project: Project) -> str:
    """Changes when a job has ended, and now and then while one lives."""
    jobs = Job.objects.filter(project=project)
    found = jobs.aggregate(last=Max("id"), ended=Count("finished_at"))
    now = int(time.time() / _LIVE) if jobs.live().exists() else 0
    return f"{found['last']}-{found['ended']}-{now}"


def _counted(project: Project, checks: Sequence[Check]) -> dict[str, Histogram]:
    """The histograms of those checks that have measured something: two queries for all of them."""
    asked = {"project": project.pk, "checks": [check.id for check in checks]}
    highest = dict(_rows(_HIGHEST_SQL, asked)) if checks else {}
    shapes = {
        check.id: _shape(check, highest[check.id])
        for check in checks
        if highest[check.id] is not None
    }
    return _filled(project, shapes) if shapes else {}


def _shape(check: Check, highest: float) -> Histogram:
    floor, ceiling = check.scale or (0.0, max(highest, 1.0))
    return Histogram((), floor, ceiling, log=check.scale is None)


def _filled(project: Project, shapes: dict[str, Histogram]) -> dict[str, Histogram]:
    values = {
        "project": project.pk,
        "checks": list(shapes),
        "logs": [shape.log for shape in shapes.values()],
        "lows": [float(shape.scaled(shape.floor)) for shape in shapes.values()],
        "highs": [float(shape.scaled(shape.ceiling)) for shape in shapes.values()],
    }
    counts = {check_id: [0] * (BINS + 1) for check_id in shapes}
    for check_id, number, pairs in _rows(_BINS_SQL, values):
        counts[check_id][number] += int(pairs)
    return {  # what lies below the floor counts as its first bin
        key: Histogram((found[0] + found[1], *found[2:]), shape.floor, shape.ceiling, shape.log)
        for (key, shape), found in zip(shapes.items(), counts.values(), strict=True)
    }


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
