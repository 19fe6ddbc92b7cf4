"""What has become of the pairs: by source, by the check that dropped them, by a check's score."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext as _

from annotation.cockpit import dropped_by_source
from annotation.histograms import histograms
from annotation.models import Finding, Pair, Project, Source, State
from annotation.thresholds import Line, lines_of, shown
from cqia.lib.charts import Chart
from cqia.lib.filter_charts import stacked

BANDS = 10  # of a check's scores, and one more at each bound of its line
_COLOURS = {
    State.IMPORTED: "$line",
    State.DROPPED: "$last",
    State.QUEUED: "$middle",
    State.ANNOTATED: "$soft",
    State.RETURNED: "$quiet",
    State.APPROVED: "$first",
    State.REJECTED: "$ink",
}
_BY_BAND_SQL = f"""
SELECT width_bucket(score, %(edges)s::float[]), pair.state, count(*)
  FROM {Finding._meta.db_table} finding JOIN {Pair._meta.db_table} pair ON pair.id = pair_id
 WHERE finding.project_id = %(project)s AND check_id = %(check)s
   AND (%(source)s::bigint IS NULL OR pair.source_id = %(source)s)
 GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Part:
    """A piece of a bar; `query` finds its pairs in the list of pairs, or of dropped ones."""

    name: str
    count: int
    query: Mapping[str, str]

    @property
    def address(self) -> str:
        return urlencode(self.query)


@dataclass(frozen=True)
class Bar:
    name: str
    parts: list[Part] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(part.count for part in self.parts)


@dataclass(frozen=True)
class Funnel:
    """Bars with the same parts in the same order; of dropped pairs only, or of all."""

    names: list[str]
    bars: list[Bar]
    dropped_only: bool = False


def by_source(project: Project) -> Funnel:
    """The pairs of each source by where they stand."""
    sources = Source.objects.filter(project=project).order_by("name")
    pairs = Pair.objects.filter(project=project).values_list("source", "state")
    counts = {(source, state): n for source, state, n in pairs.annotate(n=Count("id"))}
    rows = [(str(one), one.pk, {"source": str(one.pk)}) for one in sources]
    return _by_state(rows, counts)


def by_check(project: Project) -> Funnel:
    """The dropped pairs of each check that they are put down to, by source."""
    on = [line for line in lines_of(project) if line.enabled]
    counts: dict[str, dict[int, int]] = defaultdict(dict)
    for (check_id, source), count in dropped_by_source(project, on).items():
        counts[check_id][source] = count
    known = {source for found in counts.values() for source in found}
    sources = Source.objects.filter(pk__in=known).order_by("name")
    bars = [
        Bar(str(line.check.name), [_dropped(line, one, counts[line.check.id]) for one in sources])
        for line in on
        if line.check.id in counts
    ]
    return Funnel([str(one) for one in sources], bars, dropped_only=True)


def by_band(project: Project, line: Line, source: Source | None = None) -> Funnel:
    """The pairs in each band of a check's scores by where they stand, of one source or of all."""
    edges = _edges(project, line)
    values: dict[str, Any] = {"project": project.pk, "check": line.check.id, "edges": edges}
    with connection.cursor() as cursor:
        cursor.execute(_BY_BAND_SQL, values | {"source": source and source.pk})
        counts = {(band, state): n for band, state, n in cursor.fetchall()}
    ends = [None, *edges, None]
    origin = {"source": str(source.pk)} if source else {}
    rows = []
    for band in sorted({band for band, _state in counts}):
        least, below = ends[band], ends[band + 1]
        query = {"check": line.check.id, "least": _plain(least), "below": _plain(below)} | origin
        rows.append((_worded(line, least, below), band, query))
    return _by_state(rows, counts)


def chart(funnel: Funnel) -> Chart:
    """The bars of a funnel; a state has the same colour in every one."""
    cycle = ("$first", "$last", "$middle", "$soft", "$quiet", "$ink", "$line")
    fixed = {str(state.label): colour for state, colour in _COLOURS.items()}
    colours = {
        name: cycle[place % len(cycle)] if funnel.dropped_only else fixed[name]
        for place, name in enumerate(funnel.names)
    }
    rows = [(bar.name, part.name, part.count) for bar in funnel.bars for part in bar.parts]
    return stacked(rows, colours, title=_("What has become of the pairs"))


def _by_state(
    rows: Iterable[tuple[str, int, dict[str, str]]], counts: Mapping[tuple[int, str], int]
) -> Funnel:
    states = [state for state in State if any(found == state for _key, found in counts)]
    bars = [
        Bar(
            name,
            [
                Part(str(state.label), counts.get((key, state), 0), query | {"state": state.value})
                for state in states
            ],
        )
        for name, key, query in rows
    ]
    return Funnel([str(state.label) for state in states], bars)


def _dropped(line: Line, source: Source, counts: Mapping[int, int]) -> Part:
    query = {"check": line.check.id, "source": str(source.pk)}
    return Part(str(source), counts.get(source.pk, 0), query)


def _edges(project: Project, line: Line) -> list[float]:
    """Where a band ends and the next begins, so that none lies on both sides of the line."""
    scores = histograms(project, [line.check])[line.check.id]
    if scores is None:
        return []
    places: Sequence[float] = [scores.score(number / BANDS) for number in range(1, BANDS)]
    edges = {float(math.ceil(at)) if line.check.whole else round(at, 9) for at in places}
    if line.low is not None:
        edges.add(float(line.low))
    if line.high is not None:
        edges.add(math.nextafter(line.high, math.inf))
    return sorted(edges)


def _plain(edge: float | None) -> str:
    return "" if edge is None else repr(edge)


def _worded(line: Line, least: float | None, below: float | None) -> str:
    ends = {"low": "", "high": ""}
    if least is not None:
        ends["low"] = shown(line.check, math.ceil(least) if line.check.whole else least)
    if below is not None:
        ends["high"] = shown(line.check, math.ceil(below) - 1 if line.check.whole else below)
    if not ends["low"]:
        return _("up to %(high)s") % ends
    if not ends["high"]:
        return _("%(low)s and more") % ends
    return ends["low"] if ends["low"] == ends["high"] else _("%(low)s to %(high)s") % ends
