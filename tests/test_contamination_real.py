"""Real benchmarks against real candidate files."""

import json
from collections import Counter

import pytest

from annotation.contamination.fingerprints import fingerprints, item_of
from annotation.contamination.index import Index
from tests import candidates

BENCHMARKS = {
    "AGIEval": "benchmark_agieval_zh",
    "C-Eval": "benchmark_ceval_dev_val",
    "CMMLU": "benchmark_cmmlu",
    "SafetyBench": "benchmark_safetybench_zh_subset",
    "BELLE-Eval": "eval_prompts_belle",
    "AlignBench": "eval_prompts_alignbench",
}
PATHS = {name: candidates.FOLDER / f"{stem}.jsonl" for name, stem in BENCHMARKS.items()}
LINE = 0.6

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        not all(path.exists() for path in PATHS.values()),
        reason="CQIA_REAL_DATA names no folder with benchmark_*.jsonl",
    ),
]


@pytest.fixture(scope="module")
def index() -> Index:
    rows = []
    for name, path in PATHS.items():
        lines = path.read_text(encoding="utf-8").splitlines()
        items = [item_of(json.loads(line), number) for number, line in enumerate(lines, 1)]
        for made in fingerprints(item for item in items if item is not None):
            if made is not None:
                rows.append((f"{name} · {made.label}", made.grams, made.signature))
    assert len(rows) > 21_000
    return Index(rows)


def found_in(index: Index, source: str) -> Counter[str]:
    """How many pairs of a candidate file are beyond the line, by benchmark."""
    path = candidates.FOLDER / f"candidates_{source}.jsonl"
    like = [index.likeness(text.prompt, text.answers) for text in candidates.texts(path)]
    return Counter(one.item.split(" · ")[0] for one in like if one.score > LINE)


@pytest.mark.parametrize(
    ("source", "benchmark", "least"),
    [
        ("cqia_chinese_traditional", "CMMLU", 60),
        ("lawyerllama_gpt4", "AGIEval", 80),
        ("cqia_logi_qa", "AlignBench", 4),
    ],
)
def test_it_finds_the_exam_questions_that_got_into_a_file(
    index: Index, source: str, benchmark: str, least: int
) -> None:
    assert found_in(index, source)[benchmark] >= least


@pytest.mark.parametrize("source", ["cqia_xhs", "cqia_ruozhiba", "better_ruozhiba"])
def test_it_finds_nothing_in_files_that_hold_no_exam(index: Index, source: str) -> None:
    assert not found_in(index, source)
