"""The figures of the pre-filter's page: what the checks found, and what a line does to it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Sum
from django.utils.translation import gettext as _

from annotation.checks import Check
from annotation.models import Finding, Job, Pair, Project, State, Transition
from annotation.thresholds import Line, beyond, lines_of
from cqia.lib import charts

BINS = 48
SIDE = 4  # cards on each side of a line
_KEPT = 600  # seconds a histogram is kept; a run makes it out of date at once
TASKS = ("annotation.run_prefilter", "annotation.apply_thresholds", "annotation.run_judge")
_BINS_SQL = f"""
SELECT least(width_bucket({{x}}, %(low)s, %(high)s, {BINS}), {BINS}), count(*)
  FROM {Finding._meta.db_table} WHERE project_id = %(project)s AND check_id = %(check)s GROUP BY 1
"""
# A range of the index for each bound; the first line that a pair is beyond counts it.
_DROPPED_SQL = f"""
SELECT (%(checks)s::text[])[first], count(*) FROM (
    SELECT min(line.place) AS first
      FROM unnest(%(checks)s::text[], %(lows)s::float[], %(highs)s::float[]) WITH ORDINALITY
           AS line(check_id, low, high, place),
           LATERAL (SELECT pair_id FROM {Finding._meta.db_table}
                     WHERE project_id = %(project)s AND check_id = line.check_id AND score < line.low
                    UNION ALL
                    SELECT pair_id FROM {Finding._meta.db_table}
                     WHERE project_id = %(project)s AND check_id = line.check_id AND score > line.high
           ) AS beyond
      JOIN {Pair._meta.db_table} pair ON pair.id = beyond.pair_id AND pair.state = %(dropped)s
     GROUP BY beyond.pair_id
) AS drops GROUP BY 1
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
        low, high, at = (self._scaled(value) for value in (self.floor, self.ceiling, score))
        return min(max((at - low) / (high - low), 0.0), 1.0)

    def score(self, place: float) -> float:
        """The score at a place of the axis."""
        low, high = self._scaled(self.floor), self._scaled(self.ceiling)
        at = low + place * (high - low)
        return math.expm1(at) if self.log else at

    def _scaled(self, score: float) -> float:
        return math.log1p(max(score, 0.0)) if self.log else score


@dataclass(frozen=True)
class Preview:
    """What a line would change: pairs it would drop, and dropped ones it would let back in."""

    dropped: int
    readmitted: int


def state_counts(project: Project) -> dict[str, int]:
    """How many pairs stand in each state; 0 where none."""
    rows = Pair.objects.filter(project=project).values("state").annotate(n=Count("id"))
    return dict.fromkeys(State.values, 0) | {row["state"]: row["n"] for row in rows}


def put_down_to(project: Project, lines: Sequence[Line], check_id: str) -> QuerySet[Finding]:
    """The findings of one check by which pairs are dropped: no check before it fails on them."""
    [place] = [number for number, line in enumerate(lines) if line.check.id == check_id]
    line, earlier = lines[place], beyond(lines[:place])
    found = Finding.objects.of(project).filter(line.beyond, pair__state=State.DROPPED)
    if not line.enabled:
        return found.none()
    return found.exclude(Exists(Finding.objects.filter(earlier, pair=OuterRef("pair"))))


def dropped_by(project: Project, lines: Sequence[Line]) -> dict[str, int]:
    """How many dropped pairs are put down to each check."""
    on = [line for line in lines if line.enabled]
    values: dict[str, object] = {
        "project": project.pk,
        "dropped": str(State.DROPPED),
        "checks": [line.check.id for line in on],
        "lows": [_bound(line.low) for line in on],
        "highs": [_bound(line.high) for line in on],
    }
    with connection.cursor() as cursor:
        cursor.execute(_DROPPED_SQL, values)  # type: ignore[arg-type]
        found = dict(cursor.fetchall())
    return {line.check.id: found.get(line.check.id, 0) for line in lines}


def histograms(project: Project, checks: Sequence[Check]) -> dict[str, Histogram | None]:
    """How the scores of each check spread; None where one has not measured anything."""
    stamp = _stamp(project)
    keys = {check.id: f"histogram-{project.pk}-{check.id}-{stamp}" for check in checks}
    known: dict[str, Histogram] = cache.get_many(keys.values())
    fresh = {
        keys[check.id]: counted
        for check in checks
        if keys[check.id] not in known and (counted := _counted(project, check)) is not None
    }
    cache.set_many(fresh, _KEPT)
    return {check_id: (known | fresh).get(key) for check_id, key in keys.items()}


def sides(project: Project, line: Line) -> tuple[list[Finding], list[Finding]]:
    """The pairs nearest to a line: those it drops, and those it lets pass."""
    found = Finding.objects.of(project).filter(check_id=line.check.id)
    found = found.select_related("pair").prefetch_related("pair__responses")
    out: list[Finding] = []
    inside: list[Finding] = []
    if line.low is not None:
        out += found.filter(score__lt=line.low).order_by("-score")[:SIDE]
        inside += found.filter(score__gte=line.low).order_by("score")[:SIDE]
    if line.high is not None:
        out += found.filter(score__gt=line.high).order_by("score")[:SIDE]
        inside += found.filter(score__lte=line.high).order_by("-score")[:SIDE]
    return out, inside


def preview(project: Project, line: Line) -> Preview:
    """What saving this line would change. Claimed and restored pairs stay, as when it is saved."""
    lines = lines_of(project)
    [now] = [one for one in lines if one.check.id == line.check.id]
    others = beyond(one for one in lines if one is not now)
    found = Finding.objects.of(project).filter(check_id=line.check.id)
    failing = found.filter(beyond([line]), pair__state=State.QUEUED)
    restored = Transition.objects.filter(pair=OuterRef("pair"), verb="restore")
    claimed = Pair.objects.filter(pk=OuterRef("pair"), claims__holder__isnull=False)
    passing = found.filter(beyond([now]), pair__state=State.DROPPED).exclude(beyond([line]))
    elsewhere = Finding.objects.filter(others, pair=OuterRef("pair"))
    return Preview(
        failing.exclude(Exists(restored)).exclude(Exists(claimed)).count(),
        passing.exclude(Exists(elsewhere)).count(),
    )


def funnel(project: Project) -> charts.Chart:
    """How many pairs are left after each check."""
    counts, lines = state_counts(project), lines_of(project)
    left = sum(counts.values())
    steps = [(_("Imported"), left)]
    if counts[State.IMPORTED]:
        left -= counts[State.IMPORTED]
        steps.append((_("Checked"), left))
    dropped = dropped_by(project, lines)
    for line in lines:
        if line.enabled:
            left -= dropped[line.check.id]
            steps.append((str(line.check.name), left))
    passed = sum(counts.values()) - counts[State.IMPORTED] - counts[State.DROPPED]
    return charts.funnel([*steps, (_("Passed"), passed)], title=_("What the pre-filter lets pass"))


def _bound(bound: float | None) -> float | None:
    return None if bound is None else float(bound)  # psycopg takes no list of mixed numbers


def _stamp(project: Project) -> str:
    """Changes whenever a job may have stored a finding."""
    known = Job.objects.filter(project=project, task__in=TASKS)
    return "{last}-{done}".format(**known.aggregate(last=Max("id"), done=Sum("done")))


def _counted(project: Project, check: Check) -> Histogram | None:
    highest = Finding.objects.of(project).filter(check_id=check.id).aggregate(m=Max("score"))["m"]
    if highest is None:
        return None
    floor, ceiling = check.scale or (0.0, max(highest, 1.0))
    shape = Histogram((), floor, ceiling, log=check.scale is None)
    x = "ln(1 + score)" if shape.log else "score"
    values: dict[str, float | int | str] = {
        "low": shape._scaled(floor),
        "high": shape._scaled(ceiling),
        "project": project.pk,
        "check": check.id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BINS_SQL.format(x=x), values)
        found = dict(cursor.fetchall())
    counts = tuple(found.get(number, 0) for number in range(1, BINS + 1))
    return Histogram((counts[0] + found.get(0, 0), *counts[1:]), floor, ceiling, shape.log)
