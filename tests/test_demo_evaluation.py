import json
import os
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "evaluation" / "demo"
REAL_DATA = Path(os.environ.get("CQIA_REAL_DATA", ROOT / "../shared/data"))

CATEGORIES = {
    "open qa",
    "brainstorming",
    "rewrite",
    "generation",
    "math",
    "classification",
    "closed qa",
    "summarization",
    "code",
    "extract",
}
MODELS = {"demo-base", "demo-tuned"}
EVALUATORS = {f"evaluator{number}" for number in range(1, 6)}


def rows(name: str) -> list[dict[str, str]]:
    lines = (DEMO / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def votes() -> list[dict[str, str | int]]:
    found: list[dict[str, str | int]] = json.loads((DEMO / "votes.json").read_text("utf-8"))
    return found


def squeezed(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


PROMPTS = rows("prompts.jsonl")
ANSWERS = rows("answers.jsonl")
VOTES = votes()
IDS = [prompt["id"] for prompt in PROMPTS]


def test_it_has_forty_prompts_numbered_in_order() -> None:
    assert [f"demo-{number:02d}" for number in range(1, 41)] == IDS


def test_it_has_four_prompts_in_each_of_the_ten_categories() -> None:
    assert Counter(prompt["category"] for prompt in PROMPTS) == dict.fromkeys(CATEGORIES, 4)


def test_it_gives_each_prompt_the_same_four_fields_of_text() -> None:
    for prompt in PROMPTS:
        assert list(prompt) == ["id", "category", "prompt", "reference"]
        assert {type(value) for value in prompt.values()} == {str}
        assert prompt["prompt"].strip() == prompt["prompt"] != ""


def test_it_asks_nothing_twice() -> None:
    assert len({squeezed(prompt["prompt"]) for prompt in PROMPTS}) == 40


def test_it_has_one_answer_of_each_model_to_each_prompt() -> None:
    found = Counter((answer["question_id"], answer["model"]) for answer in ANSWERS)
    assert found == {(prompt, model): 1 for prompt in IDS for model in MODELS}


def test_it_keeps_answers_between_40_and_600_characters() -> None:
    for answer in ANSWERS:
        assert list(answer) == ["question_id", "model", "answer"]
        assert 40 <= len(answer["answer"]) <= 600, answer["question_id"]


def test_it_does_not_let_length_tell_the_models_apart() -> None:
    length = {(a["question_id"], a["model"]): len(a["answer"]) for a in ANSWERS}
    longer = sum(length[prompt, "demo-tuned"] > length[prompt, "demo-base"] for prompt in IDS)
    assert longer == 22


@pytest.mark.parametrize("mark", ["```python", "```sql", "| --- |", "$$", "\n1. ", "\n- ", "**"])
def test_it_shows_every_kind_of_markup_an_answer_page_must_draw(mark: str) -> None:
    assert any(mark in answer["answer"] for answer in ANSWERS)


def test_it_names_a_model_in_exactly_one_answer() -> None:
    named = [a["question_id"] for a in ANSWERS if any(m in a["answer"] for m in MODELS)]
    assert named == ["demo-05"]


def test_it_has_votes_of_known_evaluators_on_known_prompts() -> None:
    assert len(VOTES) == 150
    assert {vote["evaluator"] for vote in VOTES} == EVALUATORS
    assert {vote["question_id"] for vote in VOTES} == set(IDS)
    assert {vote["better"] for vote in VOTES} == {*MODELS, "tie", "both_bad"}


def test_it_gives_each_vote_its_fields_and_whole_seconds() -> None:
    for vote in VOTES:
        assert list(vote) == ["question_id", "evaluator", "better", "seconds"]
        assert type(vote["seconds"]) is int
        assert 5 <= vote["seconds"] <= 300


def test_it_lets_nobody_vote_twice_on_a_prompt() -> None:
    assert len({(vote["question_id"], vote["evaluator"]) for vote in VOTES}) == len(VOTES)


def test_it_asks_three_people_or_more_about_each_prompt_and_mostly_three() -> None:
    sizes = Counter(Counter(vote["question_id"] for vote in VOTES).values())
    assert sizes == {3: 24, 4: 2, 5: 14}


def test_it_lets_the_tuned_model_win_clearly_and_not_always() -> None:
    assert Counter(vote["better"] for vote in VOTES) == {
        "demo-tuned": 86,
        "tie": 31,
        "demo-base": 25,
        "both_bad": 8,
    }


def published_prompts() -> list[str]:
    files = sorted(REAL_DATA.glob("eval_prompts_*.jsonl"))
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    published = [json.loads(line) for line in lines]
    return [text for row in published for text in row.get("turns") or [row["prompt"]]]


@pytest.mark.realdata
def test_it_borrows_no_prompt_from_a_published_set() -> None:
    published = squeezed("\n".join(published_prompts()))
    if not published:
        pytest.skip("no published prompt sets: set CQIA_REAL_DATA to the folder that holds them")
    assert [prompt["id"] for prompt in PROMPTS if squeezed(prompt["prompt"]) in published] == []
