from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from review.exports.base import Exporter


class Alpaca(Exporter):
    """instruction, input, output, with LLaMA-Factory's system and history columns."""

    id: ClassVar[str] = "alpaca"
    name: ClassVar[str] = "Alpaca"
    description = _("Instruction, input and output, with system and history columns.")

    def row(self, record: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
        row = {field: record[field] for field in ("instruction", "input", "output")}
        return {**row, "system": extra["system"], "history": extra["history"]}
