from abc import ABC, abstractmethod
from typing import Any, ClassVar

import orjson
from django.utils.functional import Promise


class Exporter(ABC):
    """One format: how a frozen row becomes a line of JSONL, every key always there."""

    id: ClassVar[str]
    name: ClassVar[str]
    description: ClassVar[str | Promise]

    @property
    def filename(self) -> str:
        return f"{self.id}.jsonl"

    @property
    def card_filename(self) -> str:
        return f"{self.id}.README.md"

    @abstractmethod
    def row(self, record: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
        """The row in this format. `record` holds the nine fields, `extra` the system and history."""

    def line(self, record: dict[str, Any], extra: dict[str, Any]) -> bytes:
        return orjson.dumps(self.row(record, extra), option=orjson.OPT_APPEND_NEWLINE)
