"""What a recipe makes of a record, and how it refuses one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from django.utils.functional import Promise

from cqia.lib.errors import CqiaError, Param

Record = Mapping[str, Any]


class Refused(CqiaError):
    """A record that cannot become a pair, because of one of its fields."""

    def __init__(self, code: str, field: str, **params: Param) -> None:
        super().__init__(code, {"field": field, **params})
        self.field = field


class Answer(NamedTuple):
    """`origin` is `answer_from` of the published schema, `model` what wrote it, where that is said."""

    text: str
    origin: str = ""
    model: str = ""


@dataclass(slots=True)
class Mapped:
    """A pair to be stored; every text as its source has it. There is at least one answer."""

    instruction: str
    answers: list[Answer]
    input: str = ""
    system: str = ""
    history: list[list[str]] = field(default_factory=list)
    task_major: list[str] = field(default_factory=list)
    task_minor: list[str] = field(default_factory=list)
    domain: list[str] = field(default_factory=list)
    metadata: str = ""
    verified_upstream: bool = False
    copyright: str = ""


class Recipe(Protocol):
    """How the records of one kind of source are read."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str | Promise: ...
    @property
    def description(self) -> str | Promise: ...
    @property
    def required(self) -> tuple[str, ...]:
        """The fields, for CSV the columns, without which nothing can be read."""

    def map(self, record: Record) -> Mapped:
        """The pair in `record`; raises Refused with the field that is at fault."""

    def floor(self, task_minor: Collection[str]) -> int:
        """The least characters that an answer should have, by the pair's kinds of task; 0: any."""
