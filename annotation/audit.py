"""What the rescue audit tells: how often the pre-filter drops what people would have kept, and keeps
what they throw out.

Every pair of a side had the same chance to be drawn, so the share of errors among those decided on
stands for all of that side. Its interval of 95% is Wilson's (Wilson, JASA 22, 1927).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from annotation import rescue
from annotation.checks import CHECK_OF, Check
from annotation.cockpit import dropped_by, passed, state_counts
from annotation.line_quality import Share
from annotation.models import Annotation, AuditItem, Pair, Project, State
from annotation.prefilter import lock
from annotation.thresholds import lines_of
from cqia.accounts.models import User, record
from cqia.lib import charts, week_charts

FEW = 30  # decisions below which the page says that they are few; a default of this project
# A reviewer's word is the last; until then the annotators', where most of them say the same.
_DECIDED_SQL = f"""
SELECT dropped, check_id, week, count(*), count(kept), count(*) FILTER (WHERE kept <> NOT dropped)
  FROM (SELECT item.dropped, item.check_id, date_trunc('week', item.drawn_at)::date AS week,
               CASE pair.state WHEN %(approved)s THEN true WHEN %(rejected)s THEN false
                    WHEN %(annotated)s THEN (
                        SELECT CASE WHEN avg(keeps) > 0.5 THEN true WHEN avg(keeps) < 0.5 THEN false END
                          FROM (SELECT DISTINCT ON (author_id) CASE verb WHEN %(reject)s THEN 0
                                                                         ELSE 1 END AS keeps
                                  FROM {Annotation._meta.db_table} WHERE pair_id = pair.id
                                 ORDER BY author_id, id DESC) AS latest) END AS kept
          FROM {AuditItem._meta.db_table} item JOIN {Pair._meta.db_table} pair ON pair.id = item.pair_id
         WHERE item.project_id = %(project)s) AS items
 GROUP BY 1, 2, 3 ORDER BY 3
"""


@dataclass(frozen=True)
class Tally:
    """Pairs drawn, and the errors among those that people have decided on, of `population` pairs."""

    drawn: int
    errors: Share
    population: int
    check: Check | None = None

    @property
    def waiting(self) -> int:
        return self.drawn - self.errors.total

    @property
    def is_small(self) -> bool:
        return self.errors.total < FEW

    @property
    def estimate(self) -> tuple[int, int, int]:
        """How many pairs of the population are errors: the likeliest number, and its bounds."""
        low, value, high = (
            round(share * self.population)
            for share in (self.errors.low, self.errors.value, self.errors.high)
        )
        return value, low, high


@dataclass(frozen=True)
class _Row:
    dropped: bool
    check_id: str
    week: date
    drawn: int
    decided: int
    errors: int


@dataclass(frozen=True)
class Report:
    """Both sides of the pre-filter, the dropped one also by check."""

    dropped: Tally
    kept: Tally
    checks: list[Tally]


def report(project: Project) -> Report:
    """What people have said of the pairs drawn so far."""
    rows, counts = _rows(project), state_counts(project)
    down_to = dropped_by(project, lines_of(project))
    out = [row for row in rows if row.dropped]
    of_check = {
        check: [row for row in out if row.check_id == check_id]
        for check_id, check in CHECK_OF.items()
    }
    return Report(
        _tally(out, counts[State.DROPPED]),
        _tally([row for row in rows if not row.dropped], passed(counts)),
        [_tally(some, down_to[check.id], check) for check, some in of_check.items() if some],
    )


def weekly(project: Project, *, dropped: bool) -> charts.Chart:
    """The share of errors among the pairs drawn in each week, with intervals."""
    rows = [row for row in _rows(project) if row.dropped == dropped and row.decided]
    points = []
    for week in sorted({row.week for row in rows}):
        share = _tally([row for row in rows if row.week == week], 0).errors
        points.append((week.isoformat(), share.value, share.low, share.high, share.total))
    title = _("Wrongly dropped, by week") if dropped else _("Wrongly let pass, by week")
    axis = _("share of what people decided on")
    return week_charts.shares_by_week(points, title=title, axis=axis)


def set_shares(project: Project, user: User, *, dropped: float, kept: float) -> int:
    """Set the shares that are drawn, in per cent, and draw from all that is decided; says how many."""
    with transaction.atomic():
        lock(project)
        project.audit_dropped_share, project.audit_kept_share = dropped, kept
        project.save(update_fields=["audit_dropped_share", "audit_kept_share"])
        record(user, "audit shares set", project.pk, dropped=dropped, kept=kept)
        return rescue.draw(project)


def _rows(project: Project) -> list[_Row]:
    values: dict[str, int | str] = {
        "project": project.pk,
        "approved": str(State.APPROVED),
        "rejected": str(State.REJECTED),
        "annotated": str(State.ANNOTATED),
        "reject": str(Annotation.Verb.REJECT),
    }
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED_SQL, values)
        return [_Row(*row) for row in cursor.fetchall()]


def _tally(rows: Sequence[_Row], population: int, check: Check | None = None) -> Tally:
    errors = Share(sum(row.errors for row in rows), sum(row.decided for row in rows))
    return Tally(sum(row.drawn for row in rows), errors, population, check)
