"""What a frozen row becomes in each format."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from cqia.lib.row_files import SINKS, Shards
from review.exports import EXPORTERS, Exporter
from review.exports.spreadsheet import defused
from review.exports.templates import TEMPLATES
from review.exports.text import Text
from tests.frozen import RECORD, FrozenRow, original

BY_ID = {exporter.id: exporter for exporter in EXPORTERS}
TALK = {"system": "你是茶师。", "history": [["早", "早上好"]]}
FULL = FrozenRow(
    {"input": "龙井"},
    {
        **TALK,
        "originals": [original("水要开。", reason="factual", edited=7, ratio=0.6, model="m1")],
        "tiers": [["甲"], ["乙", "丙"], ["丁"]],
        "reasons": [],
    },
)


def rows(format_: str, item: FrozenRow) -> list[dict[str, Any]]:
    return list(BY_ID[format_].rows(item))


def said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda each: each.id)
@pytest.mark.parametrize("item", [FULL, FrozenRow()], ids=["full", "bare"])
def test_every_row_has_every_column_in_order(exporter: Exporter, item: FrozenRow) -> None:
    for row in exporter.rows(item):
        assert list(row) == exporter.schema.names
        pa.Table.from_pylist([row], exporter.schema).validate(full=True)


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda each: each.id)
def test_lines_are_its_rows(exporter: Exporter) -> None:
    assert [json.loads(line) for line in exporter.lines(FULL)] == list(exporter.rows(FULL))
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in exporter.lines(FULL))


def test_cqia_is_the_record_itself() -> None:
    assert list(BY_ID["cqia"].lines(FULL)) == [FULL.record + b"\n"]


def test_messages_begin_with_what_was_said_before() -> None:
    [row] = rows("messages", FULL)
    assert row["messages"] == [
        said("system", "你是茶师。"),
        said("user", "早"),
        said("assistant", "早上好"),
        said("user", "绿茶怎么泡？\n龙井"),
        said("assistant", "水温八十度。"),
    ]
    assert [turn["role"] for turn in rows("messages", FrozenRow())[0]["messages"]] == [
        "user",
        "assistant",
    ]


def test_sharegpt_keeps_the_system_prompt_apart() -> None:
    [row] = rows("sharegpt", FULL)
    assert row["system"] == "你是茶师。"
    assert [turn["from"] for turn in row["conversations"]] == ["human", "gpt"] * 2


def test_a_rewrite_is_preferred_to_what_it_replaced() -> None:
    first = rows("preference-alpaca", FULL)[0]
    assert (first["chosen"], first["rejected"]) == ("水温八十度。", "水要开。")
    assert (first["by"], first["reason"], first["edited"]) == ("rewrite", "factual", 7)
    assert (first["ratio"], first["rejected_model"]) == (0.6, "m1")


def test_a_ranking_prefers_each_to_those_of_lower_tiers() -> None:
    ranked = [row for row in rows("preference-alpaca", FULL) if row["by"] == "ranking"]
    assert [(row["chosen"], row["rejected"]) for row in ranked] == [
        ("甲", "乙"), ("甲", "丙"), ("甲", "丁"), ("乙", "丁"), ("丙", "丁"),
    ]  # fmt: skip
    assert {row["edited"] for row in ranked} == {None}


def test_it_prefers_nothing_where_all_were_bad_or_nothing_changed() -> None:
    bad = FrozenRow(extra_={"tiers": [["甲"], ["乙"]], "all_bad": True})
    assert rows("preference", bad) == []
    assert rows("ranking", bad)[0]["all_bad"] is True
    same = FrozenRow(extra_={"originals": [original(RECORD["output"])]})
    assert rows("preference", same) == []


def test_the_same_comparison_is_there_once() -> None:
    item = FrozenRow({"output": "甲"}, {"originals": [original("乙")], "tiers": [["甲"], ["乙"]]})
    assert [row["by"] for row in rows("preference", item)] == ["rewrite"]


def test_a_ranking_list_is_best_first_with_ties() -> None:
    [row] = rows("ranking", FULL)
    assert (row["answers"], row["ranks"]) == (["甲", "乙", "丙", "丁"], [1, 2, 2, 3])
    assert rows("ranking", FrozenRow()) == []


def test_kto_says_whether_people_took_it() -> None:
    rejected = FrozenRow(extra_={"reasons": ["离题"]}, kind="rejected")
    assert BY_ID["kto"].kinds == ("sft", "rejected")
    assert [rows("kto", item)[0]["label"] for item in (FULL, rejected)] == [True, False]
    assert rows("kto-alpaca", rejected)[0]["reasons"] == ["离题"]


@pytest.mark.parametrize(
    ("template", "begins", "ends"),
    [
        ("chatml", "<|im_start|>user\n绿茶", "水温八十度。<|im_end|>\n"),
        ("qwen", "<|im_start|>system\nYou are Qwen", "水温八十度。<|im_end|>\n"),
        (
            "llama3",
            "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n绿茶",
            "<|eot_id|>",
        ),
        ("plain", "问：绿茶", "答：水温八十度。"),
    ],
)
def test_a_text_is_written_by_its_template(template: str, begins: str, ends: str) -> None:
    [row] = Text(template).rows(FrozenRow())
    assert row["text"].startswith(begins)
    assert row["text"].endswith(ends)


def test_a_system_prompt_of_its_own_takes_the_place_of_the_template_s() -> None:
    assert set(TEMPLATES) == {"chatml", "qwen", "llama3", "plain"}
    assert next(Text("qwen").rows(FULL))["text"].startswith("<|im_start|>system\n你是茶师。")


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", '=HYPERLINK("x")'],
)
def test_a_formula_is_defused(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "茶", "1-1", "'=1", "甲=乙", " 茶"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert defused(text) == text


def test_a_spreadsheet_reads_what_was_written(tmp_path: Path) -> None:
    item = FrozenRow(
        {"output": '=cmd|"/c calc"!A0', "instruction": "一，\n“二”,三", "domain": ["甲", "=乙"]}
    )
    with Shards(tmp_path, "train", ".csv", BY_ID["csv"].schema, 10) as shards:
        for line in BY_ID["csv"].lines(item):
            shards.write(line)
        [written] = shards.finish()
    with written.path.open(encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file)
    assert row["output"] == '\'=cmd|"/c calc"!A0'
    assert (row["instruction"], row["domain"]) == ("一，\n“二”,三", "甲;=乙")


def write_all(place: Path, exporter: Exporter, items: list[FrozenRow], ending: str) -> Path:
    with Shards(place, "train", ending, exporter.schema, 100) as shards:
        for item in items:
            for line in exporter.lines(item):
                shards.write(line)
        [written] = shards.finish()
    return written.path


KINDS = [
    (exporter, ending) for exporter in EXPORTERS for ending in (*exporter.endings, ".jsonl.zst")
]


@pytest.mark.parametrize(
    ("exporter", "ending"),
    [(one, ending) for one, ending in KINDS if one.id != "csv" or ending == ".csv"],
    ids=lambda part: part if isinstance(part, str) else part.id,
)
def test_datasets_loads_each_file(
    tmp_path: Path, exporter: Exporter, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    from datasets import Features, load_dataset

    path = write_all(tmp_path / "files", exporter, [FULL, FULL], ending)
    reader = {".parquet": "parquet", ".csv": "csv"}.get(ending, "json")
    loaded = load_dataset(
        reader,
        data_files=str(path),
        split="train",
        features=Features.from_arrow_schema(exporter.schema),
        cache_dir=str(tmp_path / "cache"),
    )
    expected = [row for item in (FULL, FULL) for row in exporter.rows(item)]
    assert loaded.column_names == exporter.schema.names
    if ending != ".csv":  # where what is empty is no text
        assert loaded.to_list() == expected
    assert len(loaded) == len(expected)


def test_all_kinds_of_files_are_known() -> None:
    assert {ending for exporter in EXPORTERS for ending in exporter.endings} <= set(SINKS)
