"""Rows as figures read them, made without a database."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Made:
    """A row as a release gives it."""

    instruction: str = "请写一篇关于茶的文章"
    output: str = "绿茶不宜用沸水冲泡。"
    input: str = ""
    source: str = "茶"
    licence: str = ""
    split: str = "train"
    tokens: int | None = None
    score: float | None = None
    agreement: float | None = None
    major: tuple[str, ...] = ("问答",)
    domain: tuple[str, ...] = ()
    answer_from: str = "human"
    more: dict[str, Any] = field(default_factory=dict)

    sha256: bytes = b""

    @classmethod
    def of(cls, record: dict[str, Any], source: str, sha256: bytes) -> "Made":
        """A row as it stands in a published file, accepted as it is."""
        return cls(
            record["instruction"],
            record["output"],
            record["input"],
            source=source,
            major=tuple(record["task_type"]["major"]),
            domain=tuple(record["domain"]),
            answer_from=record["answer_from"],
            more={"people": [], "verdict": "accept", "originals": []},
            sha256=sha256,
        )

    @property
    def prompt_chars(self) -> int:
        return len(self.instruction) + len(self.input)

    @property
    def answer_chars(self) -> int:
        return len(self.output)

    @property
    def digest(self) -> bytes:
        return self.sha256 or self.output.encode()

    @property
    def data(self) -> dict[str, Any]:
        return {
            "instruction": self.instruction,
            "input": self.input,
            "output": self.output,
            "task_type": {"major": list(self.major), "minor": []},
            "domain": list(self.domain),
            "answer_from": self.answer_from,
        }
