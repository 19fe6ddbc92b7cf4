"""A small folder as a release has it, made by hand: what its documents and readers are tried on."""

import datetime
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
from pyarrow import parquet

from review.documents.configs import DataFile
from review.documents.facts import Facts

TEXT, TURNS = pa.string(), pa.list_(pa.list_(pa.string()))
MESSAGES = pa.list_(pa.struct([("role", TEXT), ("content", TEXT)]))
SAID = pa.list_(pa.struct([("from", TEXT), ("value", TEXT)]))
TYPES = pa.struct([("major", pa.list_(TEXT)), ("minor", pa.list_(TEXT))])
ASKED = [("system", TEXT), ("history", TURNS), ("instruction", TEXT), ("input", TEXT)]
SCHEMAS = {
    "cqia": pa.schema(
        [
            ("instruction", TEXT), ("input", TEXT), ("output", TEXT), ("task_type", TYPES),
            ("domain", pa.list_(TEXT)), ("human_verified", pa.bool_()),
        ]
    ),
    "alpaca": pa.schema([*ASKED, ("output", TEXT)]),
    "sharegpt": pa.schema([("conversations", SAID), ("system", TEXT)]),
    "messages": pa.schema([("messages", MESSAGES)]),
    "preference": pa.schema([("prompt", MESSAGES), ("chosen", MESSAGES), ("rejected", MESSAGES)]),
    "preference-alpaca": pa.schema([*ASKED, ("chosen", TEXT), ("rejected", TEXT)]),
    "kto": pa.schema([("prompt", MESSAGES), ("completion", MESSAGES), ("label", pa.bool_())]),
    "kto-alpaca": pa.schema([*ASKED, ("output", TEXT), ("label", pa.bool_())]),
    "text": pa.schema([("text", TEXT)]),
}  # fmt: skip
TRAIN, VALIDATION = 12, 4


def row(format_: str, number: int) -> dict[str, Any]:
    question, answer, bad = f"第{number}泡茶怎么泡？", "水要开。" * (number % 5 + 1), "不知道。"
    earlier = [["你好", "你好，请问。"]] if number % 3 == 0 else []
    asked = {"system": "", "history": earlier, "instruction": question, "input": ""}
    turns = [message(who, text) for pair in earlier for who, text in zip(WHO, pair, strict=True)]
    prompt, good = [*turns, message("user", question)], [message("assistant", answer)]
    said = [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]
    rows: dict[str, dict[str, Any]] = {
        "cqia": {
            "instruction": question, "input": "", "output": answer,
            "task_type": {"major": ["问答"], "minor": []}, "domain": ["茶"],
            "human_verified": True,
        },
        "alpaca": {**asked, "output": answer},
        "sharegpt": {"conversations": said, "system": ""},
        "messages": {"messages": [message("system", "你是茶师。"), *prompt, *good]},
        "preference": {
            "prompt": prompt, "chosen": good, "rejected": [message("assistant", bad)],
        },
        "preference-alpaca": {**asked, "chosen": answer, "rejected": bad},
        "kto": {"prompt": prompt, "completion": good, "label": number % 2 == 0},
        "kto-alpaca": {**asked, "output": answer, "label": number % 2 == 0},
        "text": {"text": question + answer},
    }  # fmt: skip
    return rows[format_]


WHO = ("user", "assistant")


def message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def files_in(folder: Path) -> tuple[DataFile, ...]:
    """Two sources for cqia, two shards of train, JSONL and Parquet."""
    made = []
    for format_ in SCHEMAS:
        for config in ("茶馆", "知道") if format_ == "cqia" else ("default",):
            for split, count, shards in (("train", TRAIN, 2), ("validation", VALIDATION, 1)):
                rows = [row(format_, number) for number in range(count)]
                for shard in range(shards):
                    stem = f"data/{format_}/{config}/{split}-{shard:05d}-of-{shards:05d}"
                    made += _both(folder, stem, rows[shard::shards])
    return tuple(made)


def _both(folder: Path, stem: str, rows: list[dict[str, Any]]) -> list[DataFile]:
    (folder / stem).parent.mkdir(parents=True, exist_ok=True)
    lines = b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
    (folder / f"{stem}.jsonl").write_bytes(lines)
    _, format_, config, name = stem.split("/")
    table = pa.Table.from_pylist(rows, schema=SCHEMAS[format_])
    parquet.write_table(table, folder / f"{stem}.parquet")
    split = name.partition("-")[0]
    return [
        DataFile(path, format_, config, split, *_sum_of(folder / path), len(rows))
        for path in (f"{stem}.jsonl", f"{stem}.parquet")
    ]


def _sum_of(path: Path) -> tuple[str, int]:
    content = path.read_bytes()
    return hashlib.sha256(content).hexdigest(), len(content)


FACTS = Facts(
    name="茶话",
    slug="tea",
    description="关于茶的问答。",
    summary="第一批",
    version="1.0.0",
    previous="",
    dated=datetime.date(2026, 11, 22),
    root="ab" * 32,
    rows=2 * (TRAIN + VALIDATION),
    files=(),
    sources=({"name": "茶馆", "licence": "CC BY 4.0", "licence_kind": "CC-BY-4.0", "rows": 16},),
)


def facts_of(folder: Path) -> Facts:
    return replace(FACTS, files=files_in(folder))
