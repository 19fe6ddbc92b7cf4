"""Which checks drop the same pairs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from annotation.cockpit import line_values
from annotation.models import Finding, Project
from annotation.thresholds import Line
from cqia.lib.charts import Chart
from cqia.lib.filter_charts import heat_map

# Of every pair beyond some line: the places of all the lines that it is beyond.
_TOGETHER_SQL = f"""
SELECT places, count(*) FROM (
    SELECT array_agg(place ORDER BY place) AS places FROM (
        SELECT DISTINCT line.place, beyond.pair_id
          FROM unnest(%(checks)s::text[], %(lows)s::float[], %(highs)s::float[])
               WITH ORDINALITY AS line(check_id, low, high, place),
               LATERAL (SELECT pair_id FROM {Finding._meta.db_table}
                         WHERE project_id = %(project)s AND check_id = line.check_id
                           AND score < line.low
                        UNION ALL
                        SELECT pair_id FROM {Finding._meta.db_table}
                         WHERE project_id = %(project)s AND check_id = line.check_id
                           AND score > line.high) AS beyond
    ) AS failures GROUP BY pair_id
) AS pairs GROUP BY places
"""


@dataclass(frozen=True)
class Together:
    """How many of the pairs that one check drops another drops too."""

    line: Line
    pairs: int
    of: int

    @property
    def share(self) -> float:
        return self.pairs / self.of if self.of else 0.0


@dataclass(frozen=True)
class Overlap:
    """What one check drops, what it alone drops, and its share with each check in turn."""

    line: Line
    pairs: int
    alone: int
    shared: tuple[Together, ...]

    @property
    def most(self) -> list[Together]:
        """The checks that drop the most of the same pairs."""
        others = [one for one in self.shared if one.line is not self.line and one.pairs]
        return sorted(others, key=lambda one: -one.pairs)[:3]


def overlaps(project: Project, lines: Sequence[Line]) -> list[Overlap]:
    """Of the lines that some pair lies beyond, in their order; whether a line is on plays no part."""
    together = _together(project, lines)
    pairs = {
        number: sum(count for places, count in together.items() if number in places)
        for number in range(len(lines))
    }
    known = [number for number in pairs if pairs[number]]
    both = Counter[tuple[int, int]]()
    for places, count in together.items():
        both.update({(one, other): count for one in places for other in places})
    return [
        Overlap(
            lines[one],
            pairs[one],
            together[(one,)],
            tuple(Together(lines[other], both[one, other], pairs[one]) for other in known),
        )
        for one in known
    ]


def chart(found: Sequence[Overlap]) -> Chart:
    """A cell for each two checks: the share of what the row's drops that the column's drops too."""
    rows = [
        (str(one.line.check.name), str(other.line.check.name), other.pairs, other.share)
        for one in found
        for other in one.shared
    ]
    return heat_map(
        rows, title=_("Overlap of the checks"), axes=(_("Of what this drops…"), _("…this drops"))
    )


def _together(project: Project, lines: Sequence[Line]) -> Counter[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_TOGETHER_SQL, line_values(project, lines))
        return Counter({tuple(place - 1 for place in places): n for places, n in cursor.fetchall()})
