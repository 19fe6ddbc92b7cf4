"""What a format is: its columns, and the rows that a frozen item becomes in it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Protocol

import orjson
import pyarrow as pa
from django.utils.functional import Promise

TEXT = pa.string()
TEXTS = pa.list_(TEXT)
MESSAGES = pa.list_(pa.struct([("role", TEXT), ("content", TEXT)]))
# What the columns of LLaMA-Factory's Alpaca rows begin with; a turn of `history` is (asked, answered).
ASKED = [("instruction", TEXT), ("input", TEXT), ("system", TEXT), ("history", pa.list_(TEXTS))]

Message = dict[str, str]


class Item(Protocol):
    """A row of a release as formats read it; see review.items."""

    @property
    def kind(self) -> str: ...

    @property
    def record(self) -> bytes: ...

    @property
    def data(self) -> dict[str, Any]: ...

    @property
    def more(self) -> dict[str, Any]: ...


class Exporter(ABC):
    """One format. Every row has every column of `schema`, in its order.

    `kinds`: which items it reads; `by_config`: one folder a source, not one for all; `verbatim`: a
    line is the frozen record itself; `endings`: its kinds of files, see cqia.lib.row_files.
    """

    id: ClassVar[str]
    name: ClassVar[str | Promise]
    description: ClassVar[str | Promise]
    schema: ClassVar[pa.Schema]
    kinds: ClassVar[tuple[str, ...]] = ("sft",)
    by_config: ClassVar[bool] = False
    verbatim: ClassVar[bool] = False
    endings: ClassVar[tuple[str, ...]] = (".jsonl", ".parquet")

    @abstractmethod
    def rows(self, item: Item) -> Iterable[dict[str, Any]]:
        """None, one or several rows."""

    def lines(self, item: Item) -> Iterator[bytes]:
        """The same rows, a line of JSON each."""
        for row in self.rows(item):
            yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def asked(item: Item) -> dict[str, Any]:
    """The columns of ASKED."""
    return {
        "instruction": item.data["instruction"],
        "input": item.data["input"],
        "system": item.more["system"],
        "history": item.more["history"],
    }


def prompt_text(item: Item) -> str:
    """Instruction and input on lines of their own."""
    return "\n".join(filter(None, (item.data["instruction"], item.data["input"])))


def prompt(item: Item) -> list[Message]:
    """Everything before the answer: the system prompt where there is one, earlier turns, the question."""
    said = [message("system", item.more["system"])] if item.more["system"] else []
    for question, answer in item.more["history"]:
        said += [message("user", question), message("assistant", answer)]
    return [*said, message("user", prompt_text(item))]


def answer(text: str) -> list[Message]:
    return [message("assistant", text)]


def message(role: str, content: str) -> Message:
    return {"role": role, "content": content}
