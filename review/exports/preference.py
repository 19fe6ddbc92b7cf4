from collections.abc import Iterator
from typing import Any, ClassVar

import pyarrow as pa
from django.utils.translation import gettext_lazy as _

from review.exports.base import ASKED, MESSAGES, TEXT, Exporter, Item, answer, asked, prompt
from review.exports.comparisons import Comparison, comparisons

_WHY = [
    ("by", TEXT),
    ("reason", TEXT),
    ("edited", pa.int64()),
    ("ratio", pa.float64()),
    ("rejected_model", TEXT),
    # The prompt was mended, too: what was rejected had answered the prompt as it was before.
    ("prompt_edited", pa.bool_()),
]


class Preference(Exporter):
    """TRL's explicit prompt, as messages; why and by how much in columns of its own."""

    id: ClassVar[str] = "preference"
    name = _("Preference")
    description = _(
        "A chosen and a rejected answer: the rewrite over what it replaced, with the size of the"
        " edit and its reason, and each answer over those ranked below it."
    )
    schema = pa.schema([("prompt", MESSAGES), ("chosen", MESSAGES), ("rejected", MESSAGES), *_WHY])

    def rows(self, item: Item) -> Iterator[dict[str, Any]]:
        for one in comparisons(item):
            yield {
                "prompt": prompt(item),
                "chosen": answer(one.chosen),
                "rejected": answer(one.rejected),
                **_why(one, item),
            }


class PreferenceAlpaca(Exporter):
    id: ClassVar[str] = "preference-alpaca"
    name = _("Preference (Alpaca)")
    description = _("The same pairs in the columns of Alpaca, as LLaMA-Factory reads them.")
    schema = pa.schema([*ASKED, ("chosen", TEXT), ("rejected", TEXT), *_WHY])

    def rows(self, item: Item) -> Iterator[dict[str, Any]]:
        for one in comparisons(item):
            texts = {"chosen": one.chosen, "rejected": one.rejected}
            yield {**asked(item), **texts, **_why(one, item)}


def _why(one: Comparison, item: Item) -> dict[str, Any]:
    return {
        "by": one.by,
        "reason": one.reason,
        "edited": one.edited,
        "ratio": one.ratio,
        "rejected_model": one.model,
        "prompt_edited": item.more.get("prompt_edited", False),
    }
