from collections.abc import Iterator
from typing import Any, ClassVar

import pyarrow as pa
from django.utils.translation import gettext_lazy as _

from review.exports.base import MESSAGES, Exporter, Item, answer, prompt


class Messages(Exporter):
    """OpenAI's chat messages; the first is the system prompt, where there is one."""

    id: ClassVar[str] = "messages"
    name = _("Messages")
    description = _("Messages by role and content, as OpenAI's and TRL's chat formats have them.")
    schema = pa.schema([("messages", MESSAGES)])

    def rows(self, item: Item) -> Iterator[dict[str, Any]]:
        yield {"messages": [*prompt(item), *answer(item.data["output"])]}
