from collections.abc import Iterator
from typing import Any, ClassVar

import pyarrow as pa
from django.utils.translation import gettext_lazy as _

from review.exports.base import (
    ASKED,
    MESSAGES,
    TEXT,
    TEXTS,
    Exporter,
    Item,
    answer,
    asked,
    prompt,
)

_SAID = [("label", pa.bool_()), ("reasons", TEXTS)]


class Kto(Exporter):
    """One answer and whether people took it. Rejected ones are there where the release has them."""

    id: ClassVar[str] = "kto"
    name: ClassVar[str] = "KTO"
    description = _("One answer a row and whether it was accepted; of rejected ones the reasons.")
    schema = pa.schema([("prompt", MESSAGES), ("completion", MESSAGES), *_SAID])
    kinds = ("sft", "rejected")

    def rows(self, item: Item) -> Iterator[dict[str, Any]]:
        completion = answer(item.data["output"])
        yield {"prompt": prompt(item), "completion": completion, **_said(item)}


class KtoAlpaca(Exporter):
    id: ClassVar[str] = "kto-alpaca"
    name = _("KTO (Alpaca)")
    description = _("The same rows in the columns of Alpaca, as LLaMA-Factory reads them.")
    schema = pa.schema([*ASKED, ("output", TEXT), *_SAID])
    kinds = ("sft", "rejected")

    def rows(self, item: Item) -> Iterator[dict[str, Any]]:
        yield {**asked(item), "output": item.data["output"], **_said(item)}


def _said(item: Item) -> dict[str, Any]:
    return {"label": item.kind == "sft", "reasons": item.more.get("reasons", [])}
