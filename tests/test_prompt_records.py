"""What a row of a file of prompts or answers says."""

from typing import Any

import pytest

from cqia.lib.errors import CqiaError
from evaluation.models.prompt import TURNS_APART
from evaluation.prompt_records import AnswerRow, answers_of, prompt_of

USER = {"role": "user", "content": "天为什么是蓝的？"}
ASSISTANT = {"role": "assistant", "content": "因为散射。"}
SAID = AnswerRow("", "天为什么是蓝的？", "alpha", "因为散射。")


def test_it_keeps_the_turns_of_a_prompt_and_reads_them_as_one_text() -> None:
    row = prompt_of({"id": 1, "turns": ["一", "二"], "reference": ["甲", "乙"]})
    assert (row.turns, row.text) == (["一", "二"], f"一{TURNS_APART}二")
    assert row.reference == f"甲{TURNS_APART}乙"


def test_it_reads_category_subcategory_and_source() -> None:
    row = prompt_of(
        {
            "id": "a",
            "prompt": "问",
            "category": "closed\xa0qa",
            "subcategory": "音乐",
            "source": "B",
        }
    )
    assert (row.category, row.subcategory, row.source) == ("closed qa", "音乐", "B")


@pytest.mark.parametrize(
    "record",
    [
        {"instruction": "天为什么是蓝的？", "output": "因为散射。"},
        {"instruction": "天为什么是蓝的？", "input": "", "output": "因为散射。", "answer_from": "llm"},
        {"messages": [{"role": "system", "content": "好"}, USER, ASSISTANT]},
        {"messages": '[{"role":"user","content":"天为什么是蓝的？"},'
         '{"role":"assistant","content":"因为散射。"}]'},
        {"conversations": [{"from": "human", "value": USER["content"]},
                           {"from": "gpt", "value": ASSISTANT["content"]}]},
        {"instruction": "天为什么是蓝的？", "responses": ["因为散射。"]},
    ],
)  # fmt: skip
def test_it_reads_an_answer_in_every_import_format(record: dict[str, Any]) -> None:
    assert answers_of(record, "alpha") == [SAID]


def test_it_reads_the_answers_of_several_models_from_one_record() -> None:
    answers = [
        {"text": "甲", "model": "a"},
        {"text": "乙", "model": "b"},
        {"text": "丙", "model": "a"},
    ]
    rows = answers_of({"instruction": "问", "responses": answers})
    assert [(row.model, row.sample, row.text) for row in rows] == [
        ("a", 0, "甲"),
        ("b", 0, "乙"),
        ("a", 1, "丙"),
    ]


def test_it_joins_instruction_and_input() -> None:
    (row,) = answers_of({"instruction": "翻译", "input": "天", "output": "sky", "model": "m"})
    assert row.question == "翻译\n\n天"


def test_it_takes_the_model_of_the_record_before_the_one_of_the_file() -> None:
    (row,) = answers_of(
        {"question_id": 3, "model": "own", "answer": ["一", "二"], "sample": 2}, "x"
    )
    assert row == AnswerRow("3", "", "own", f"一{TURNS_APART}二", 2)


@pytest.mark.parametrize(
    ("record", "code", "field"),
    [
        ({"question_id": "q", "answer": "答"}, "missing_field", "model"),
        ({"question_id": "q", "model": "m", "answer": True}, "wrong_type", "answer"),
        ({"question_id": "q", "model": "m", "answer": "", "sample": 0}, "empty_field", "answer"),
        ({"question_id": "q", "model": "m", "answer": "答", "sample": 1.5}, "wrong_type", "sample"),
        ({"question_id": "q", "model": "m", "answer": "答", "sample": 100}, "sample_out_of_range", None),
        ({"messages": [USER], "model": "m"}, "turns_do_not_match", "messages"),
        ({"messages": ["x"], "model": "m"}, "wrong_type", "messages[1]"),
        ({"instruction": "问", "model": "m"}, "missing_field", "output"),
        ({"instruction": "问", "output": "答"}, "missing_field", "model"),
    ],
)  # fmt: skip
def test_it_names_the_field_that_is_at_fault(
    record: dict[str, Any], code: str, field: str | None
) -> None:
    with pytest.raises(CqiaError) as caught:
        answers_of(record)
    assert (caught.value.code, caught.value.params.get("field")) == (code, field)
