"""What each recipe makes of a record, and which field it names when it cannot."""

from typing import Any

import pytest

from annotation.sources.recipes import RECIPES, Mapped, Refused, recipe_of
from annotation.sources.recipes.mapped import Answer

QA = {"instruction": "问", "output": "答"}


def mapped(recipe: str, **record: Any) -> Mapped:
    found = recipe_of(recipe)
    assert found is not None
    return found.map(record)


def refusal(recipe: str, **record: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        mapped(recipe, **record)
    return refused.value.code, refused.value.field


def test_every_recipe_has_its_own_id_and_says_what_it_is() -> None:
    assert len({recipe.id for recipe in RECIPES}) == len(RECIPES) == 3
    assert all(recipe.id and str(recipe.name) and str(recipe.description) for recipe in RECIPES)


def test_it_knows_no_other_recipe() -> None:
    assert recipe_of("sharegpt") is None


@pytest.mark.parametrize("recipe", ["cqia", "alpaca"])
def test_it_needs_instruction_and_output_only(recipe: str) -> None:
    assert mapped(recipe, **QA, _src="x#1", extra=[1]) == Mapped("问", [Answer("答")])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"instruction": None}, ("wrong_type", "instruction")),
        ({"instruction": "\u3000\n"}, ("empty_field", "instruction")),
        ({"output": ""}, ("empty_field", "output")),
        ({"output": ["答"]}, ("wrong_type", "output")),
        ({"input": 3}, ("wrong_type", "input")),
        ({"task_type": 3}, ("wrong_type", "task_type")),
        ({"task_type": {"major": {"a": 1}}}, ("wrong_type", "task_type.major")),
        ({"domain": [1]}, ("wrong_type", "domain")),
        ({"answer_from": "gpt"}, ("unknown_value", "answer_from")),
        ({"human_verified": "maybe"}, ("wrong_type", "human_verified")),
    ],
)
def test_cqia_names_the_field_at_fault(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert refusal("cqia", **{**QA, **changes}) == expected


def test_it_names_a_field_that_is_missing() -> None:
    assert refusal("cqia", instruction="问") == ("missing_field", "output")
    assert refusal("responses", instruction="问") == ("missing_field", "responses")


def test_it_says_what_was_expected_and_found() -> None:
    with pytest.raises(Refused, match=r"The field “output” must be text; a list found\."):
        mapped("alpaca", instruction="问", output=["答"])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("暂无元数据信息", ""),
        (None, ""),
        ("点赞 310", "点赞 310"),
        ({"qid": 7, "标签": ["茶"]}, '{"qid":7,"标签":["茶"]}'),
        (310, "310"),
    ],
)
def test_metadata_may_have_any_form(given: object, kept: str) -> None:
    assert mapped("cqia", **QA, metadata=given).metadata == kept


def test_a_placeholder_for_the_author_says_nothing() -> None:
    assert mapped("cqia", **QA, copyright="暂无版权及作者信息").copyright == ""


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["百科", " 健康 ", ""], ["百科", "健康"]),
        ("百科;健康", ["百科", "健康"]),
        ("百科；健康", ["百科", "健康"]),
        ('["百科", "健康"]', ["百科", "健康"]),
        ("[不是 JSON", ["[不是 JSON"]),
        ("百科", ["百科"]),
        ("", []),
        (None, []),
    ],
)
def test_a_list_may_be_json_or_have_semicolons(given: object, kept: list[str]) -> None:
    assert mapped("cqia", **QA, domain=given).domain == kept


@pytest.mark.parametrize(
    ("given", "major", "minor"),
    [
        ({"major": ["问答"], "minor": ["逻辑问答", "隐喻"]}, ["问答"], ["逻辑问答", "隐喻"]),
        ('{"major": ["问答"], "minor": "逻辑"}', ["问答"], ["逻辑"]),
        ({"major": ["问答"]}, ["问答"], []),
        ("问答", ["问答"], []),
        (["问答"], ["问答"], []),
        (None, [], []),
    ],
)
def test_task_types_come_in_two_levels(given: object, major: list[str], minor: list[str]) -> None:
    pair = mapped("cqia", **QA, task_type=given)
    assert (pair.task_major, pair.task_minor) == (major, minor)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (True, True),
        (False, False),
        (None, False),
        ("True", True),
        ("是", True),
        ("0", False),
        ("", False),
    ],
)
def test_verification_may_be_text(given: object, kept: bool) -> None:
    assert mapped("cqia", **QA, human_verified=given).verified_upstream is kept


@pytest.mark.parametrize("given", ["human", "llm", "expert", "", " LLM "])
def test_it_keeps_who_answered(given: str) -> None:
    assert mapped("cqia", **QA, answer_from=given).answers[0].origin == given.strip().lower()


def test_alpaca_has_a_system_prompt_and_earlier_turns() -> None:
    pair = mapped("alpaca", **QA, input="料", system="你是茶师", history=[["你好", "你好！"]])
    assert (pair.input, pair.system, pair.history) == ("料", "你是茶师", [["你好", "你好！"]])


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ("你好", ("wrong_type", "history")),
        (["你好"], ("wrong_type", "history[1]")),
        ([["一", "二"], ["三"]], ("bad_turn", "history[2]")),
        ([["一", 2]], ("bad_turn", "history[1]")),
    ],
)
def test_it_names_the_turn_at_fault(history: object, expected: tuple[str, str]) -> None:
    assert refusal("alpaca", **QA, history=history) == expected


def test_several_answers_may_be_texts_or_objects() -> None:
    answers = ["甲", {"text": "乙", "answer_from": "llm", "model": "m" * 200}]
    assert mapped("responses", instruction="问", responses=answers).answers == [
        Answer("甲"),
        Answer("乙", "llm", "m" * 120),
    ]


def test_several_answers_may_be_json_in_a_cell() -> None:
    assert mapped("responses", instruction="问", responses='["甲", "乙"]').answers == [
        Answer("甲"),
        Answer("乙"),
    ]


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        ("甲", ("wrong_type", "responses")),
        ([], ("empty_field", "responses")),
        (["甲", " "], ("empty_field", "responses[2]")),
        ([{"text": ""}], ("empty_field", "responses[1].text")),
        ([{"model": "m"}], ("wrong_type", "responses[1].text")),
        ([{"text": "甲", "answer_from": "x"}], ("unknown_value", "responses[1].answer_from")),
        ([3], ("wrong_type", "responses[1]")),
    ],
)
def test_it_names_the_answer_at_fault(responses: object, expected: tuple[str, str]) -> None:
    assert refusal("responses", instruction="问", responses=responses) == expected
