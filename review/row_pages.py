"""The rows of a release for reading: a page of them at a time, found by place, digest, source or split."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from review.composition import SPLITS
from review.models import Release, ReleaseItem

SHOWN = 30  # rows of a page
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PLACE_DIGITS = 9


@dataclass(frozen=True)
class Page:
    """Some rows in their order, and the place after which the next ones come, if any do."""

    rows: list[ReleaseItem]
    after: int | None


class RowFilter(forms.Form):
    source = forms.ChoiceField(label=_("Source"), required=False)
    split = forms.ChoiceField(
        label=_("Split"),
        required=False,
        choices=[("", _("all")), *((one, one) for one in SPLITS)],
    )
    row = forms.CharField(
        label=_("Its number, or its digest"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def __init__(self, sources: list[str], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        every = [("", _("all")), *((name, name) for name in sources)]
        self.fields["source"].choices = every  # type: ignore[attr-defined]


def page_of(release: Release, asked: dict[str, str], after: str) -> Page:
    """The rows that `asked` (source, split, row; each may be empty) names, behind the place `after`."""
    found = _chosen(release, asked).select_related("pair__retracted").order_by("position")
    if after.isdecimal():
        found = found.filter(position__gt=int(after[:_PLACE_DIGITS]))
    rows = list(found[: SHOWN + 1])
    return Page(rows[:SHOWN], rows[SHOWN - 1].position if len(rows) > SHOWN else None)


def _chosen(release: Release, asked: dict[str, str]) -> QuerySet[ReleaseItem]:
    named = {name: asked[name] for name in ("source", "split") if asked.get(name)}
    found = ReleaseItem.objects.filter(release=release, **named)
    row = asked.get("row", "").strip().lower().removeprefix("#")
    if _DIGEST.fullmatch(row):
        return found.filter(digest=bytes.fromhex(row))
    if row.isdecimal() and len(row) <= _PLACE_DIGITS:
        return found.filter(position=int(row))
    return found.none() if row else found
