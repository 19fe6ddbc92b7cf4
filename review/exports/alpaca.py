from collections.abc import Iterator
from typing import Any, ClassVar

import pyarrow as pa
from django.utils.translation import gettext_lazy as _

from review.exports.base import ASKED, TEXT, Exporter, Item, asked


class Alpaca(Exporter):
    """instruction, input, output, with LLaMA-Factory's system and history columns."""

    id: ClassVar[str] = "alpaca"
    name: ClassVar[str] = "Alpaca"
    description = _("Instruction, input and output, with system and history columns.")
    schema = pa.schema([*ASKED, ("output", TEXT)])

    def rows(self, item: Item) -> Iterator[dict[str, Any]]:
        yield {**asked(item), "output": item.data["output"]}
