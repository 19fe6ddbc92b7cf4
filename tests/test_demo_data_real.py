"""The rows of the demo against the published files."""

import json
import os
from pathlib import Path

import pytest

from cqia.lib.text import normalise
from tests.test_demo_data import ROOT, ROWS, answers

REAL_DATA = Path(os.environ.get("CQIA_REAL_DATA", ROOT / "../shared/data"))


@pytest.mark.realdata
def test_it_borrows_no_question_or_answer_from_a_published_dataset() -> None:
    published: set[str] = set()
    for file in sorted(REAL_DATA.glob("candidates_*.jsonl")):
        # Not splitlines(): U+2028 inside a text is no end of a line.
        for line in file.read_text(encoding="utf-8").split("\n"):
            row = json.loads(line) if line else {}
            texts = (row.get("instruction"), row.get("output"))
            published.update(normalise(text) for text in texts if type(text) is str and text)
    if not published:
        pytest.skip("no published datasets: set CQIA_REAL_DATA to the folder that holds them")
    borrowed = [
        place
        for place, row in ROWS.items()
        if published & {normalise(row["instruction"]), *map(normalise, answers(row))}
    ]
    assert borrowed == []
