from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from review.exports.base import Exporter


class ShareGpt(Exporter):
    """conversations of human and gpt turns, with a system column."""

    id: ClassVar[str] = "sharegpt"
    name: ClassVar[str] = "ShareGPT"
    description = _("Conversations of human and gpt turns, with a system column.")

    def row(self, record: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
        prompt = "\n".join(filter(None, (record["instruction"], record["input"])))
        turns = [*extra["history"], [prompt, record["output"]]]
        return {
            "conversations": [
                {"from": speaker, "value": text}
                for question, answer in turns
                for speaker, text in (("human", question), ("gpt", answer))
            ],
            "system": extra["system"],
        }
