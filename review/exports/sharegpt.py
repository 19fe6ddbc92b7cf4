from collections.abc import Iterator
from typing import Any, ClassVar

import pyarrow as pa
from django.utils.translation import gettext_lazy as _

from review.exports.base import TEXT, Exporter, Item, prompt_text

TURNS = pa.list_(pa.struct([("from", TEXT), ("value", TEXT)]))


class ShareGpt(Exporter):
    """conversations of human and gpt turns, with a system column."""

    id: ClassVar[str] = "sharegpt"
    name: ClassVar[str] = "ShareGPT"
    description = _("Conversations of human and gpt turns, with a system column.")
    schema = pa.schema([("conversations", TURNS), ("system", TEXT)])

    def rows(self, item: Item) -> Iterator[dict[str, Any]]:
        turns = [*item.more["history"], (prompt_text(item), item.data["output"])]
        yield {
            "conversations": [
                {"from": speaker, "value": text}
                for question, answer in turns
                for speaker, text in (("human", question), ("gpt", answer))
            ],
            "system": item.more["system"],
        }
