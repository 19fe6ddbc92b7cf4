from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from annotation.sources.recipes import fields
from annotation.sources.recipes.mapped import Answer, Mapped, Record


class Alpaca:
    """Instruction, input and output, with the system prompt and earlier turns some files add."""

    id = "alpaca"
    name = "Alpaca"
    description = _(
        "Three fields: instruction, input, output. Optional: system, and history as a list of"
        " [question, answer]."
    )
    required = ("instruction", "output")

    def map(self, record: Record) -> Mapped:
        return Mapped(
            instruction=fields.required_text(record, "instruction"),
            answers=[Answer(fields.required_text(record, "output"))],
            input=fields.optional_text(record, "input"),
            system=fields.optional_text(record, "system"),
            history=fields.turns(record, "history"),
        )

    def floor(self, task_minor: Collection[str]) -> int:
        return 0
