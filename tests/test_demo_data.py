import json
import re
from pathlib import Path
from typing import Any

import pytest

from annotation.checks import TEXT_CHECKS, Text
from cqia.lib.text import normalise

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "evaluation" / "demo"

Row = dict[str, Any]

COUNTS = {
    "classical.jsonl": 40,
    "community.jsonl": 60,
    "encyclopedia.jsonl": 50,
    "exam.jsonl": 50,
    "howto.jsonl": 40,
    "nlp_task.jsonl": 40,
    "safety.jsonl": 25,
    "silly_questions.jsonl": 40,
}
ONE_ANSWER = {
    "instruction": str,
    "input": str,
    "output": str,
    "task_type": dict,
    "domain": list,
    "metadata": str,
    "answer_from": str,
    "human_verified": bool,
    "copyright": str,
}
THREE_ANSWERS = {
    "instruction": str,
    "input": str,
    "responses": list,
    "task_type": dict,
    "domain": list,
    "metadata": str,
    "copyright": str,
}
MODELS = {"demo-qing-7b", "demo-mo-13b", "demo-yan-2b"}
# The kind of a planted defect, and the check that drops every row of it by its default bounds.
CAUGHT_BY = {
    "foreign": "han_ratio",
    "repetition": "repetition",
    "advertisement": "contact",
    "mojibake": "mojibake",
}
# The same, of kinds that leave some rows to people.
CAUGHT_IN_PART = {"markup": "markup", "mixed_script": "script_mix"}
FOR_PEOPLE = {"off_topic", "same_question", "truncated", "wrong_fact"}


def read(name: str) -> Any:
    return json.loads((DEMO / name).read_text(encoding="utf-8"))


def rows(name: str) -> list[Row]:
    lines = (DEMO / "candidates" / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


ROWS: dict[tuple[str, int], Row] = {
    (name, line): row for name in COUNTS for line, row in enumerate(rows(name), 1)
}
PLANTED: dict[tuple[str, int], str] = {
    (name, int(line)): kind
    for name, kinds in read("planted.json").items()
    for line, kind in kinds.items()
}
REWRITES: list[Row] = read("rewrites.json")["rewrites"]
REJECTIONS: list[Row] = read("rewrites.json")["rejections"]
RANKINGS: dict[str, dict[str, list[int]]] = read("rankings.json")["safety.jsonl"]


def planted(kind: str) -> set[tuple[str, int]]:
    return {place for place, found in PLANTED.items() if found == kind}


def answers(row: Row) -> tuple[str, ...]:
    given = row.get("responses") or [{"text": row["output"]}]
    return tuple(answer["text"] for answer in given)


def question(row: Row) -> tuple[str, str]:
    return normalise(row["instruction"]), normalise(row["input"])


def failed(row: Row) -> set[str]:
    """The checks whose default bounds this row is outside of."""
    text = Text("\n".join((row["instruction"], row["input"])), answers(row))
    scores = {check: check.measure(text).score for check in TEXT_CHECKS}
    return {
        check.id
        for check, score in scores.items()
        if (check.low is not None and score < check.low)
        or (check.high is not None and score > check.high)
    }


FAILED = {place: failed(row) for place, row in ROWS.items()}


def repeats(part: Any) -> set[tuple[str, int]]:
    """Where a part of a row is the same as that of an earlier row, files by name."""
    seen: set[Any] = set()
    found = set()
    for place, row in ROWS.items():
        if part(row) in seen:
            found.add(place)
        seen.add(part(row))
    return found


def test_it_has_no_other_files_than_these_eight_kinds() -> None:
    assert {path.name for path in (DEMO / "candidates").iterdir()} == set(COUNTS)


@pytest.mark.parametrize("name", COUNTS)
def test_it_has_this_many_rows_of_each_kind(name: str) -> None:
    assert len(rows(name)) == COUNTS[name]


def test_it_gives_every_row_its_fields_in_order_and_of_their_types() -> None:
    for (name, line), row in ROWS.items():
        schema = THREE_ANSWERS if name == "safety.jsonl" else ONE_ANSWER
        assert [(key, type(value)) for key, value in row.items()] == list(schema.items()), (
            name,
            line,
        )


def test_it_labels_every_row_with_texts() -> None:
    for place, row in ROWS.items():
        assert list(row["task_type"]) == ["major", "minor"], place
        for labels in (*row["task_type"].values(), row["domain"]):
            assert labels, place
            assert all(type(label) is str and label for label in labels), place


def test_it_leaves_no_instruction_answer_or_copyright_empty() -> None:
    for place, row in ROWS.items():
        texts = (row["instruction"], row["copyright"], *answers(row))
        assert [text for text in texts if text.strip() != text or not text] == [], place


def test_it_keeps_an_id_of_its_own_in_the_metadata_of_each_row() -> None:
    ids = [json.loads(row["metadata"])["id"] for row in ROWS.values()]
    assert len(set(ids)) == len(ids)


def test_it_has_votes_on_community_answers_and_a_flaw_in_silly_questions() -> None:
    for row in rows("community.jsonl"):
        assert type(json.loads(row["metadata"])["votes"]) is int
    for row in rows("silly_questions.jsonl"):
        assert json.loads(row["metadata"])["flaw"]


def test_it_names_the_model_of_every_model_answer_and_only_there() -> None:
    for place, row in ROWS.items():
        given = row.get("responses") or [
            {"answer_from": row["answer_from"], **json.loads(row["metadata"])}
        ]
        for answer in given:
            assert answer["answer_from"] in {"human", "llm", "expert"}, place
            named = {answer["model"]} if "model" in answer else set()
            assert named <= MODELS, place
            assert bool(named) == (answer["answer_from"] == "llm"), place


def test_it_has_three_different_answers_to_each_safety_question() -> None:
    assert {len(set(answers(row))) for row in rows("safety.jsonl")} == {3}


def test_it_has_formulas_code_and_tables() -> None:
    texts = "\n".join(text for row in ROWS.values() for text in answers(row))
    for mark in ("$\\", "$$", "```python", "```bash", "| --- |", "\n1. ", "\n- ", "**"):
        assert mark in texts, mark


def test_it_has_a_script_to_be_shown_as_text() -> None:
    [place] = [place for place, row in ROWS.items() if "<script>alert(1)</script>" in str(row)]
    assert PLANTED[place] == "markup"


def test_it_plants_every_kind_of_defect_in_rows_that_exist() -> None:
    assert set(PLANTED.values()) == {
        *("short", "duplicate", "stock_phrase"),
        *CAUGHT_BY,
        *CAUGHT_IN_PART,
        *FOR_PEOPLE,
    }
    assert set(PLANTED) <= set(ROWS)
    assert len(PLANTED) == 56


@pytest.mark.parametrize("kind", CAUGHT_BY)
def test_it_has_each_planted_row_of_a_kind_dropped_by_its_check(kind: str) -> None:
    assert {place for place, ids in FAILED.items() if CAUGHT_BY[kind] in ids} == planted(kind)


@pytest.mark.parametrize("kind", CAUGHT_IN_PART)
def test_it_has_some_planted_rows_of_a_kind_dropped_and_some_for_people(kind: str) -> None:
    dropped = {place for place, ids in FAILED.items() if CAUGHT_IN_PART[kind] in ids}
    assert set() < dropped - planted("mojibake") < planted(kind)


def test_it_has_short_answers_for_the_check_and_some_for_people() -> None:
    dropped = {place for place, ids in FAILED.items() if "length" in ids}
    assert dropped < planted("short")
    assert len(dropped) == 2


def test_it_has_stock_phrases_for_the_check_and_one_answer_of_three_for_people() -> None:
    dropped = {place for place, ids in FAILED.items() if "stock_phrases" in ids}
    assert dropped == planted("stock_phrase") - {("safety.jsonl", 21)}


def test_it_has_no_row_dropped_by_a_check_for_a_defect_left_to_people() -> None:
    assert [place for place, kind in PLANTED.items() if kind in FOR_PEOPLE and FAILED[place]] == []


def test_it_repeats_a_pair_only_where_a_duplicate_is_planted() -> None:
    assert repeats(lambda row: (question(row), *map(normalise, answers(row)))) == planted(
        "duplicate"
    )


def test_it_has_duplicates_that_differ_as_written_one_of_them_across_files() -> None:
    first = {question(row): place for place, row in reversed(ROWS.items())}
    pairs = [(first[question(ROWS[place])], place) for place in planted("duplicate")]
    assert all(answers(ROWS[one]) != answers(ROWS[other]) for one, other in pairs)
    assert [(one[0], other[0]) for one, other in pairs if one[0] != other[0]] == [
        ("community.jsonl", "howto.jsonl")
    ]


def test_it_asks_a_question_again_only_where_that_is_planted() -> None:
    assert repeats(question) == planted("duplicate") | planted("same_question")


def test_it_invents_every_phone_number_and_address() -> None:
    texts = "\n".join(text for row in ROWS.values() for text in answers(row))
    numbers = re.findall(r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)", texts)
    assert {number[3:] for number in numbers} == {"-0000-0000"}
    hosts = set(re.findall(r"(?:https?://|www\.)[\w.-]+", texts))
    assert {host for host in hosts if not host.endswith("example.com")} == set()


def test_it_rewrites_twenty_rows_and_rejects_ten_others_with_a_reason() -> None:
    rewritten = {(each["file"], each["line"]) for each in REWRITES}
    rejected = {(each["file"], each["line"]) for each in REJECTIONS}
    assert (len(REWRITES), len(REJECTIONS)) == (20, 10)
    assert (len(rewritten), len(rejected)) == (20, 10)
    assert rewritten | rejected <= set(PLANTED)
    assert rewritten & rejected == set()
    assert [each for each in REJECTIONS if len(each["reason"]) < 8] == []


def test_it_rewrites_into_answers_that_pass_every_check() -> None:
    for each in REWRITES:
        row = ROWS[each["file"], each["line"]]
        assert each["rewrite"] != row["output"]
        assert failed({**row, "output": each["rewrite"]}) == set(), each["line"]


def test_it_ranks_every_safety_question_twice_and_mostly_alike() -> None:
    assert list(RANKINGS) == [str(line) for line in range(1, 26)]
    people = {tuple(orders) for orders in RANKINGS.values()}
    assert people == {("annotator", "second_annotator")}
    orders = [order for ranking in RANKINGS.values() for order in ranking.values()]
    assert all(sorted(order) == [0, 1, 2] for order in orders)
    agreed = [
        line for line, ranking in RANKINGS.items() if len(set(map(tuple, ranking.values()))) == 1
    ]
    assert len(agreed) == 19


def test_it_shuffles_the_places_of_the_best_answer() -> None:
    assert {ranking["annotator"][0] for ranking in RANKINGS.values()} == {0, 1, 2}


def test_it_trains_on_no_prompt_of_the_demo_campaign() -> None:
    lines = (DEMO / "prompts.jsonl").read_text(encoding="utf-8").splitlines()
    prompts = {normalise(json.loads(line)["prompt"]) for line in lines}
    assert prompts & {question(row)[0] for row in ROWS.values()} == set()
