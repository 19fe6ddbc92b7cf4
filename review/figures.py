"""The figures of a release, counted from its frozen items, and the dataset card built from them."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from cqia.lib import charts
from review.exports import Exporter
from review.models import Release, ReleaseItem


@dataclass(frozen=True)
class Share:
    """One part of the mix. `characters` are those of the answers, white space included."""

    name: str
    rows: int
    characters: int


@dataclass(frozen=True)
class Figures:
    rows: int
    prompt_mean: float  # characters of instruction and input
    answer_mean: float  # characters of the answer
    answer_max: int
    sources: list[Share]
    origins: list[Share]
    task_types: list[Share]
    licences: list[Share]

    @property
    def characters(self) -> int:
        return sum(share.characters for share in self.sources)


_ITEMS = ReleaseItem._meta.db_table
_TOTALS_SQL = f"""
SELECT count(*),
       coalesce(avg(length(record->>'instruction') + length(record->>'input')), 0)::float,
       coalesce(avg(length(record->>'output')), 0)::float,
       coalesce(max(length(record->>'output')), 0)
  FROM {_ITEMS} WHERE release_id = %s
"""


def figures(release: Release) -> Figures:
    """Count everything in the database; the same release gives the same figures."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS_SQL, [release.pk])
        rows, prompt_mean, answer_mean, answer_max = cursor.fetchone()
    return Figures(
        rows,
        prompt_mean,
        answer_mean,
        answer_max,
        sources=_shares(release, "source"),
        origins=_shares(release, "record->>'answer_from'"),
        task_types=_shares(release, "coalesce(record#>>'{task_type,major,0}', '')"),
        licences=_shares(release, "licence"),
    )


def _shares(release: Release, expression: str) -> list[Share]:
    """Rows and answer characters by one of the expressions above, largest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM (SELECT {expression} AS name, count(*) AS rows,"
            f" sum(length(record->>'output')) FROM {_ITEMS} WHERE release_id = %s GROUP BY 1) shares"
            ' ORDER BY rows DESC, name COLLATE "C"',
            [release.pk],
        )
        return [Share(*row) for row in cursor.fetchall()]


def with_rows(releases: QuerySet[Release]) -> QuerySet[Release]:
    """Each release with its number of rows as `rows`."""
    return releases.annotate(rows=Count("items"))


def mix_chart(release: Release) -> charts.Chart:
    """Each source's share of the rows and of the answers' characters, in percent: the two differ."""
    shares = _shares(release, "source")
    rows = sum(share.rows for share in shares) or 1
    characters = sum(share.characters for share in shares) or 1
    bars = []
    for share in shares:
        bars.append(
            (_("%(source)s · rows") % {"source": share.name}, round(100 * share.rows / rows, 1))
        )
        bars.append(
            (
                _("%(source)s · characters") % {"source": share.name},
                round(100 * share.characters / characters, 1),
            )
        )
    return charts.bars(bars, title=_("Mix by source"), axis=_("percent"))


def card(release: Release, exporter: Exporter, sha256: str, size: int) -> str:
    """The dataset card (README.md of a Hugging Face folder) of one file. Always in one language."""
    context = {
        "release": release,
        "exporter": exporter,
        "sha256": sha256,
        "size": size,
        "figures": figures(release),
    }
    with translation.override("en"):
        return render_to_string("review/card.md", context)
