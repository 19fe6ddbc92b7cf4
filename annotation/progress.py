"""How far a person has come: decisions a day, time at work, what reviewers made of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation import desk_forms, mine
from annotation.line_quality import Share
from annotation.models import Annotation, Claim, Pair, Project, Transition
from cqia.accounts.models import User
from cqia.lib import charts
from cqia.lib.charts import Chart

DAYS = 28
# What reviewers said is told of so many days; defaults of this project.
REVIEWED_DAYS = 90
REMARKS = 5


@dataclass(frozen=True)
class Day:
    """The decisions of one day, and the seconds at work on them where the browser counted."""

    date: date
    decisions: int
    active_seconds: float

    @property
    def minutes(self) -> int:
        return round(self.active_seconds / 60)


@dataclass(frozen=True)
class Reviewed:
    """What the first review of each decision said."""

    passed: int
    fixed: int
    returned: int
    rejected: int

    @property
    def total(self) -> int:
        return self.passed + self.fixed + self.returned + self.rejected

    @property
    def rate(self) -> Share:
        """The share that passed as it was; a fix is no pass."""
        return Share(self.passed, self.total)

    @property
    def parts(self) -> list[tuple[str, float, str]]:
        return [
            (_("passed as they were"), self.passed, "win"),
            (_("fixed by the reviewer"), self.fixed, "tie"),
            (_("sent back"), self.returned, "lose"),
            (_("decided otherwise"), self.rejected, "rest"),
        ]


def days(user: User, project: Project, count: int = DAYS) -> list[Day]:
    """The last days, today among them, oldest first; days without work are there too."""
    today = timezone.localdate()
    first = today - timedelta(days=count - 1)
    begin = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    rows = (
        Annotation.objects.filter(author=user, pair__project=project, created_at__gte=begin)
        .values(day=TruncDate("created_at"))
        .annotate(decisions=Count("id"), active=Sum("active_seconds"))
    )
    found = {row["day"]: Day(row["day"], row["decisions"], row["active"] or 0.0) for row in rows}
    every = (first + timedelta(days=number) for number in range(count))
    return [found.get(day, Day(day, 0, 0.0)) for day in every]


def chart(shown: Sequence[Day]) -> Chart:
    rows = [(f"{day.date:%m-%d}", float(day.decisions)) for day in shown]
    return charts.columns(rows, title=_("Decisions a day"), axis=_("decisions"))


# The latest decision before each first review: what was mended before it has no say. A decision to
# reject passes when the reviewer rejects. A pair whose right decision is known is never reviewed anew.
_REVIEWED_SQL = f"""
SELECT verb, agreed, count(*) FROM (
    SELECT DISTINCT ON (mine.claim_id, said.id) said.verb,
           (said.verb = 'reject') = (mine.verb = 'reject') AS agreed
      FROM {Annotation._meta.db_table} mine
      JOIN {Claim._meta.db_table} claim ON claim.id = mine.claim_id AND claim.gold_id IS NULL
      JOIN {Pair._meta.db_table} pair ON pair.id = mine.pair_id,
           LATERAL (SELECT id, verb FROM {Transition._meta.db_table} move
                     WHERE move.pair_id = mine.pair_id AND move.at > mine.created_at
                       AND move.verb IN ('approve', 'fix', 'return', 'reject')
                     ORDER BY move.id LIMIT 1) AS said
     WHERE mine.author_id = %s AND pair.project_id = %s AND mine.created_at > %s
     ORDER BY mine.claim_id, said.id, mine.id DESC
) AS decided GROUP BY verb, agreed
"""


def reviewed(user: User, project: Project) -> Reviewed:
    """What reviewers made of the decisions of the last 90 days."""
    since = timezone.now() - timedelta(days=REVIEWED_DAYS)
    counts: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(_REVIEWED_SQL, [user.pk, project.pk, since])
        for verb, agreed, number in cursor.fetchall():
            passes = agreed and verb in ("approve", "reject")
            counts["passed" if passes else verb] += number
    otherwise = counts["approve"] + counts["reject"]
    return Reviewed(counts["passed"], counts["fix"], counts["return"], otherwise)


def _sent_back(user: User, project: Project) -> QuerySet[Transition]:
    since = timezone.now() - timedelta(days=REVIEWED_DAYS)
    return mine.sent_back(user, project).filter(at__gt=since)


def reasons(user: User, project: Project) -> list[tuple[str, int]]:
    """Why decisions of this person were sent back, in the words of the project's form, the commonest
    first; those without a reason are left out."""
    rows = _sent_back(user, project).exclude(reason="").order_by()
    counted = rows.values_list("reason").annotate(number=Count("id")).order_by("-number", "reason")
    form = desk_forms.in_force(project)
    return [(form.reasons_in_words([reason])[0], number) for reason, number in counted]


def remarks(user: User, project: Project) -> QuerySet[Transition]:
    """What reviewers wrote with the last ones that they sent back."""
    return _sent_back(user, project).order_by("-id")[:REMARKS]
