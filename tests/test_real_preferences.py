"""Preference pairs from what reviewers of Better-Ruozhiba made of its answers; `-s` prints figures."""

import json
from pathlib import Path
from typing import Any

import pytest

from annotation import queue, uploads
from annotation.decisions import Decision, submit
from annotation.models import Pair, Project, State
from annotation.uploads import Wanted
from cqia.accounts.models import User
from review.decisions import Verdict, decide
from review.models import Release, Review
from review.rehearsal import CONSUMERS
from review.releases import folder
from review.statistics import charts
from review.statistics.sides import side_of
from tests.cast import MakeRelease
from tests.test_real_data import DATA
from tests.work import work_off

REVISIONS = DATA / "revisions_better_ruozhiba.jsonl"
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.django_db,
    pytest.mark.skipif(
        not REVISIONS.exists(), reason="CQIA_REAL_DATA names no folder with revisions_….jsonl"
    ),
]
DATASETS = CONSUMERS[0]
# Of the file's rows that have two versions.
REVISED, MENDED = 516, 511  # rows; those whose answer is another


@pytest.fixture
def revisions() -> list[dict[str, Any]]:
    with REVISIONS.open(encoding="utf-8") as file:
        found = [json.loads(line) for line in file]
    return [one for one in found if one["after"] is not None]


@pytest.fixture
def decided(
    project: Project, lead: User, annotator: User, reviewer: User, tmp_path: Path,
    settings: Any, revisions: list[dict[str, Any]],
) -> int:  # fmt: skip
    """The earlier versions come in, each is rewritten to the later one, and that is approved."""
    settings.MEDIA_ROOT = tmp_path
    file = tmp_path / "before.jsonl"
    before = [{"input": "", **one["before"]} for one in revisions]
    file.write_text("".join(json.dumps(row) + "\n" for row in before), encoding="utf-8")
    wanted = Wanted("better_ruozhiba", "alpaca", "research only")
    uploads.take(project, wanted, file, file.name, lead)
    work_off()
    while claim := queue.claim_next(annotator, project):
        after = revisions[claim.pair.line - 1]["after"]
        verb = "accept" if same(claim.pair, after["output"]) else "rewrite"
        text = "" if verb == "accept" else after["output"]
        decision = Decision(verb, text=text, instruction=after["instruction"], input="")
        submit(annotator, project, claim.pk, decision)
    waiting = Pair.objects.filter(project=project).in_state(State.ANNOTATED)
    for pair in waiting:
        decide(reviewer, pair, Verdict(Review.Verb.APPROVE))
    return len(before)


def same(pair: Pair, text: str) -> bool:
    return pair.responses.get(position=0).text.strip() == text.strip()


def test_rewrites_become_preference_pairs(
    decided: int, make_release: MakeRelease, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    release = make_release()
    assert (decided, release.rows) == (REVISED, REVISED)
    pairs = loaded(release, monkeypatch, tmp_path)
    assert len(pairs) == MENDED
    assert {pair["by"] for pair in pairs} == {"rewrite"}
    assert all(pair["edited"] >= 0 and 0 <= pair["ratio"] <= 1 for pair in pairs)
    assert all(pair["chosen"] != pair["rejected"] for pair in pairs)
    told = release.statistics.get(name="decisions").data["edits"]
    assert told["values"] == sum(count for _low, _high, count in told["bins"]) == MENDED
    mended = sum(pair["prompt_edited"] for pair in pairs)
    edited = sorted(pair["edited"] for pair in pairs)
    print(f"\n{len(pairs)} pairs of {release.rows} rows, {mended} with another prompt, too")
    print(f"{edited.count(0)} differ by white space or width of characters alone")
    print(f"characters edited: median {edited[len(edited) // 2]}, most {edited[-1]}; {told}")
    every_file_loads(release)
    side = side_of(release)
    assert side is not None
    drawn = charts.draw("edits", side, None)
    assert drawn is not None
    assert drawn.svg("light").startswith("<svg")
    assert len(drawn.csv().splitlines()) == len(told["bins"]) + 1


def every_file_loads(release: Release) -> None:
    outcome = DATASETS.try_on(folder(release), {"cut_off": 2048, "rows": 0, "tokenizer": ""})
    read = outcome["results"]
    assert (outcome["error"], [result for result in read if "error" in result]) == ("", [])
    preferred = {result["rows"] for result in read if "preference" in result["name"]}
    others = {result["rows"] for result in read if "preference" not in result["name"]}
    assert (preferred, others) == ({MENDED}, {REVISED})
    print(f"{len(read)} configs and files loaded")


def loaded(release: Release, monkeypatch: pytest.MonkeyPatch, cache: Path) -> list[dict[str, Any]]:
    """The preference file as `datasets` reads it."""
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    from datasets import load_dataset

    file = release.files.get(format="preference", filename__endswith=".parquet")
    path = str(folder(release) / file.filename)
    return list(load_dataset("parquet", data_files=path, split="train", cache_dir=str(cache)))
