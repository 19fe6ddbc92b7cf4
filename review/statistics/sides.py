"""What a release can be compared with, as asked for by ?with= in the address."""

from django.db.models import QuerySet
from django.http import Http404

from review.models import Release
from review.statistics import counting
from review.statistics.charts import Side
from review.statistics.comparison import PUBLISHED, known, published


def choices(release: Release, readable: QuerySet[Release]) -> list[tuple[str, str]]:
    """(value of ?with=, name) of what there is to compare with: releases that have their figures."""
    counted = readable.exclude(pk=release.pk).filter(statistics__name="lengths")
    releases = [(str(other.number), other.version) for other in counted]
    return [*releases, (PUBLISHED, published().name)]


def other_side(asked: str, readable: QuerySet[Release]) -> Side | None:
    """None where nothing is asked for; 404 for a release that is not there or has no figures."""
    if not asked:
        return None
    if asked == PUBLISHED:
        return Side(published(), None)
    release = readable.filter(number=int(asked)).first() if asked.isdecimal() else None
    side = side_of(release) if release else None
    if side is None:
        raise Http404
    return side


def side_of(release: Release) -> Side | None:
    """What was counted of a release; None before it is."""
    figures = counting.of(release)
    return Side(known(release.version, figures), figures) if "lengths" in figures else None
