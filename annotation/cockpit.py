"""The figures of the pre-filter's page: what the checks found, and what a line does to it."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from annotation.models import Finding, Pair, Project, State
from annotation.thresholds import Line, beyond, lines_of
from cqia.lib import charts

TASKS = (
    "annotation.run_prefilter",
    "annotation.run_judge",
    "annotation.train_quality",
    "annotation.mask_personal_data",
)
# A range of the index for each bound; the first line that a pair is beyond counts it.
_DROPPED_SQL = f"""
SELECT (%(checks)s::text[])[first], source_id, count(*) FROM (
    SELECT min(line.place) AS first, pair.source_id
      FROM unnest(%(checks)s::text[], %(lows)s::float[], %(highs)s::float[]) WITH ORDINALITY
           AS line(check_id, low, high, place),
           LATERAL (SELECT pair_id FROM {Finding._meta.db_table}
                     WHERE project_id = %(project)s AND check_id = line.check_id AND score < line.low
                    UNION ALL
                    SELECT pair_id FROM {Finding._meta.db_table}
                     WHERE project_id = %(project)s AND check_id = line.check_id AND score > line.high
           ) AS beyond
      JOIN {Pair._meta.db_table} pair ON pair.id = beyond.pair_id AND pair.state = %(dropped)s
     GROUP BY pair.id
) AS drops GROUP BY 1, 2
"""
_BEYOND_SQL = f"""
SELECT line.check_id,
       (SELECT count(*) FROM {Finding._meta.db_table} finding WHERE project_id = %(project)s
           AND finding.check_id = line.check_id AND score < line.low)
     + (SELECT count(*) FROM {Finding._meta.db_table} finding WHERE project_id = %(project)s
           AND finding.check_id = line.check_id AND score > line.high)
  FROM unnest(%(checks)s::text[], %(lows)s::float[], %(highs)s::float[])
       AS line(check_id, low, high)
"""


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


def dropped_by_source(project: Project, lines: Sequence[Line]) -> dict[tuple[str, int], int]:
    """How many dropped pairs of each source are put down to each check, by (check, source)."""
    on = [line for line in lines if line.enabled]
    with connection.cursor() as cursor:
        cursor.execute(_DROPPED_SQL, line_values(project, on) | {"dropped": str(State.DROPPED)})
        return {(check, source): count for check, source, count in cursor.fetchall()}


def dropped_by(project: Project, lines: Sequence[Line]) -> dict[str, int]:
    """How many dropped pairs are put down to each check; 0 where none."""
    found = dict.fromkeys((line.check.id for line in lines), 0)
    for (check, _source), count in dropped_by_source(project, lines).items():
        found[check] += count
    return found


def beyond_each(project: Project, lines: Sequence[Line]) -> dict[str, int]:
    """How many findings of each check lie beyond its line, be it on or off."""
    with connection.cursor() as cursor:
        cursor.execute(_BEYOND_SQL, line_values(project, lines))
        return dict(cursor.fetchall())


def passed(counts: dict[str, int]) -> int:
    """How many pairs the pre-filter let through, wherever they stand now."""
    return sum(counts.values()) - counts[State.IMPORTED] - counts[State.DROPPED]


def funnel(project: Project) -> charts.Chart:
    """How many pairs are left after each check that dropped some."""
    counts, lines = state_counts(project), lines_of(project)
    left = sum(counts.values())
    steps = [(_("Imported"), left)]
    if counts[State.IMPORTED]:
        left -= counts[State.IMPORTED]
        steps.append((_("Checked"), left))
    dropped = dropped_by(project, lines)
    for line in lines:
        if dropped[line.check.id]:
            left -= dropped[line.check.id]
            steps.append((str(line.check.name), left))
    title = _("What the pre-filter lets pass")
    return charts.funnel([*steps, (_("Passed"), passed(counts))], title=title)


def line_values(project: Project, lines: Sequence[Line]) -> dict[str, Any]:
    """The lines as a query takes them: an array for each of their parts."""
    return {
        "project": project.pk,
        "checks": [line.check.id for line in lines],
        "lows": [_bound(line.low) for line in lines],
        "highs": [_bound(line.high) for line in lines],
    }


def _bound(bound: float | None) -> float | None:
    return None if bound is None else float(bound)  # psycopg takes no list of mixed numbers
