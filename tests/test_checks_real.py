"""The checks on real files: good data must not be thrown away."""

import json
import os
from pathlib import Path

import pytest

from annotation.checks import TEXT_CHECKS, Text

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("CQIA_REAL_DATA", ROOT.parent / "shared" / "data"))
FILES = sorted(FOLDER.glob("candidates_cqia_*.jsonl"))
DROPPING = [check for check in TEXT_CHECKS if check.enabled]
MOST = 0.005  # of a file that people have checked before

pytestmark = pytest.mark.realdata


@pytest.mark.skipif(not FILES, reason="CQIA_REAL_DATA names no folder with candidates_cqia_*.jsonl")
def test_it_drops_next_to_nothing_of_files_that_people_checked() -> None:
    for path in FILES:
        with path.open(encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines if line.strip()]
        texts = [Text(f"{row['instruction']}\n{row['input']}", (row["output"],)) for row in rows]
        for check in DROPPING:
            low = float("-inf") if check.low is None else check.low
            high = float("inf") if check.high is None else check.high
            dropped = sum(not low <= check.measure(text).score <= high for text in texts)
            assert dropped <= MOST * len(texts), (path.name, check.id, dropped)
