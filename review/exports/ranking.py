from collections.abc import Iterator
from typing import Any, ClassVar

import pyarrow as pa
from django.utils.translation import gettext_lazy as _

from review.exports.base import MESSAGES, TEXTS, Exporter, Item, prompt


class Ranking(Exporter):
    """`answers` best first; those that share a number in `ranks` were found equally good."""

    id: ClassVar[str] = "ranking"
    name = _("Ranking lists")
    description = _("All answers that were ranked, best first, with their ranks from 1 on.")
    schema = pa.schema(
        [
            ("prompt", MESSAGES),
            ("answers", TEXTS),
            ("ranks", pa.list_(pa.int64())),
            ("all_bad", pa.bool_()),
        ]
    )

    def rows(self, item: Item) -> Iterator[dict[str, Any]]:
        ranked = [
            (text, rank) for rank, tier in enumerate(item.more.get("tiers", ()), 1) for text in tier
        ]
        if ranked:
            yield {
                "prompt": prompt(item),
                "answers": [text for text, _rank in ranked],
                "ranks": [rank for _text, rank in ranked],
                "all_bad": bool(item.more.get("all_bad")),
            }
