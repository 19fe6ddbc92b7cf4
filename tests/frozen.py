"""A frozen row made by hand: what formats are tried on without a database."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson

RECORD: dict[str, Any] = {
    "instruction": "绿茶怎么泡？",
    "input": "",
    "output": "水温八十度。",
    "task_type": {"major": ["问答"], "minor": []},
    "domain": ["生活"],
    "metadata": "",
    "answer_from": "human",
    "human_verified": True,
    "copyright": "",
}
EXTRA: dict[str, Any] = {
    "system": "",
    "history": [],
    "originals": [],
    "tiers": [],
    "all_bad": False,
    "verdict": "accept",
    "reasons": [],
    "prompt_edited": False,
}


@dataclass
class FrozenRow:
    record_: dict[str, Any] = field(default_factory=dict)
    extra_: dict[str, Any] = field(default_factory=dict)
    kind: str = "sft"
    split: str = "train"
    source: str = "社区问答"
    bare: dict[str, Any] | None = None  # everything that is there beside the record

    @cached_property
    def data(self) -> dict[str, Any]:
        return {**RECORD, **self.record_}

    @cached_property
    def more(self) -> dict[str, Any]:
        return self.bare or {**EXTRA, **self.extra_}

    @property
    def record(self) -> bytes:
        return orjson.dumps(self.data)


def original(text: str, **fields: Any) -> dict[str, Any]:
    """An answer that a rewrite took the place of."""
    known = {"origin": "llm", "model": "", "reason": "", "edited": 3, "ratio": 0.5}
    return {"text": text, **known, **fields}
