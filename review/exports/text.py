from collections.abc import Iterator
from typing import Any, ClassVar

import pyarrow as pa
from django.utils.translation import gettext_lazy as _

from review.exports.base import TEXT, Exporter, Item, answer, prompt
from review.exports.templates import DEFAULT, TEMPLATES


class Text(Exporter):
    """`template`: a name in TEMPLATES."""

    id: ClassVar[str] = "text"
    name = _("Plain text")
    description = _("Each conversation as one text, written by a chat template.")
    schema = pa.schema([("text", TEXT)])

    def __init__(self, template: str = DEFAULT) -> None:
        self.template = TEMPLATES[template]

    def rows(self, item: Item) -> Iterator[dict[str, Any]]:
        yield {"text": self.template([*prompt(item), *answer(item.data["output"])])}
