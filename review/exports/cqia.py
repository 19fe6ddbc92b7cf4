from collections.abc import Iterator
from typing import Any, ClassVar

import pyarrow as pa
from django.utils.translation import gettext_lazy as _

from review.exports.base import TEXT, TEXTS, Exporter, Item

TASK_TYPE = pa.struct([("major", TEXTS), ("minor", TEXTS)])
SCHEMA = pa.schema(
    [
        ("instruction", TEXT),
        ("input", TEXT),
        ("output", TEXT),
        ("task_type", TASK_TYPE),
        ("domain", TEXTS),
        ("metadata", TEXT),
        ("answer_from", TEXT),
        ("human_verified", pa.bool_()),
        ("copyright", TEXT),
    ]
)
FIELDS = tuple(SCHEMA.names)


class Cqia(Exporter):
    """The nine fields of the published COIG-CQIA files, in their order, a folder a source.

    A line is the frozen record itself: what the Merkle root was taken over can be read off the file.
    """

    id: ClassVar[str] = "cqia"
    name: ClassVar[str] = "CQIA"
    description = _("The nine fields of COIG-CQIA, all of them on every row.")
    schema = SCHEMA
    by_config = True
    verbatim = True

    def rows(self, item: Item) -> Iterator[dict[str, Any]]:
        yield item.data

    def lines(self, item: Item) -> Iterator[bytes]:
        yield item.record + b"\n"
