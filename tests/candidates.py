"""The candidate files of CQIA_REAL_DATA as the checks see them; the tests that read them skip
where there are none."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from annotation.checks import Text
from annotation.sources.recipes import recipe_of

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("CQIA_REAL_DATA", ROOT.parent / "shared" / "data"))
FILES = sorted(FOLDER.glob("candidates_*.jsonl"))
MISSING = "CQIA_REAL_DATA names no folder with candidates_*.jsonl"


def source_of(path: Path) -> str:
    """candidates_cqia_douban.jsonl is cqia_douban."""
    return path.stem.removeprefix("candidates_")


def texts(path: Path) -> Iterator[Text]:
    """Every pair of a file; of a conversation the last turn is the answer."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield _text(json.loads(line))


def _text(row: dict[str, Any]) -> Text:
    said = _turns(row)
    return Text("\n".join(filter(None, said[:-1])), (said[-1],), _floor(row))


def _turns(row: dict[str, Any]) -> list[str]:
    if "conversations" in row:
        return [turn["value"] for turn in row["conversations"]]
    if "response" in row:
        return [row["query"], row["response"]]
    if "query" in row:  # turns with the speaker in brackets
        return [turn.partition("] ")[2] or turn for turn in row["history"]]
    earlier = [text for turn in row.get("history") or [] for text in turn]
    return [*earlier, row.get("instruction", ""), row.get("input") or "", row["output"]]


def _floor(row: dict[str, Any]) -> int:
    recipe = recipe_of("cqia")
    types = row.get("task_type")
    if recipe is None or not isinstance(types, dict):
        return 0
    return recipe.floor(types.get("minor") or [])
