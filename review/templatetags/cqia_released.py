"""Which release a pair is in, for pages of the layers below."""

from collections.abc import Collection, Mapping

from django import template

from review.models import ReleaseItem

register = template.Library()


@register.simple_tag
def releases_of(pairs: Collection[int]) -> dict[int, int]:
    """The number of the first release that each of these pairs is in; none for the others."""
    found = ReleaseItem.objects.filter(pair__in=pairs).order_by("-release__number")
    return dict(found.values_list("pair", "release__number"))


@register.filter
def of_pair(releases: Mapping[int, int], pair: int) -> int | None:
    return releases.get(pair)
