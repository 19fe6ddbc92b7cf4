"""Votes that others published, ranked by this project's code. `-s` prints the figures."""

import json
from collections import Counter
from typing import Any

import pytest

from evaluation.published import (
    kappas,
    labels_of_judges,
    mean_stars,
    table_of,
    votes_of_pairs,
    votes_of_rankings,
    votes_of_stars,
)
from evaluation.ranking import Rating, Votes
from evaluation.reckoning import Asked, board
from tests.test_real_data import DATA

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not DATA.is_dir(), reason="CQIA_REAL_DATA names no folder with real data"),
]

ASPECTS = (
    *("Correctness", "Explanation Correctness", "Fluency"),
    *("Accuracy", "Logicality", "Informativeness"),
)

FILED_AS = {
    "讯飞星火": "xunfei", "天工": "tiangong", "通义千问": "tongyiqianwen", "智工大模型": "zhigong",
    "Baichuan-13B-Chat": "baichuan-13b-chat", "ChatGLM": "chatglm", "Tigerbot-180b": "tigerbot-180b",
}  # fmt: skip
"""Models that the published table calls otherwise than the votes."""

MISPRINTED = ("讯飞星火", "智工大模型", "ziya-llama-13b-v1")


def rated(votes: Votes) -> list[Rating]:
    return [Rating(**each) for each in board(table_of(votes), Asked(seed=2, samples=0))]


def rows(name: str) -> list[dict[str, Any]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def published() -> dict[str, Any]:
    return dict(json.loads((DATA / "published_leaderboards.json").read_text(encoding="utf-8")))


def test_the_table_of_llmeval_2_comes_out() -> None:
    """102 of 120 GPT-4 cells to three decimals. The others are two models' rows, of which the
    published table has one in the place of another: 讯飞's at 智工, 智工's at ziya."""
    stars = rows("votes_llmeval2_stars.jsonl")
    means = {who: mean_stars(stars, f"{who}_stars") for who in ("human", "gpt4")}
    off: list[tuple[str, str]] = []
    furthest = 0.0
    for row in published()["llmeval2"]["rows"]:
        model = FILED_AS.get(row["model"], row["model"])
        for aspect in ASPECTS:
            cell = row[aspect.lower().replace(" ", "_")]
            ours = {who: means[who][model][aspect] for who in means}
            furthest = max(furthest, abs(ours["human"] - cell["human"]))
            if abs(ours["gpt4"] - cell["gpt4"]) > 0.0005001:
                off.append((row["model"], aspect))
    print(f"\n{120 - len(off)} of 120 equal; {Counter(model for model, _ in off)}; {furthest:.4f}")
    assert Counter(model for model, _ in off) == dict.fromkeys(MISPRINTED, 6)
    assert furthest < 0.046


def test_people_and_gpt4_rank_llmeval_2_alike() -> None:
    stars = rows("votes_llmeval2_stars.jsonl")
    boards = {
        who: {one.model: one.rank for one in rated(votes_of_stars(stars, f"{who}_stars"))}
        for who in ("human", "gpt4")
    }
    print("\n", boards)
    assert len(boards["human"]) == 20
    assert min(boards["human"], key=boards["human"].__getitem__) == "GPT4"
    assert all(abs(boards["human"][name] - boards["gpt4"][name]) <= 6 for name in boards["gpt4"])


def test_the_judges_of_pandalm_agree_as_published() -> None:
    votes = rows("votes_pandalm_human.jsonl")
    labels = labels_of_judges(votes)
    assert [len(said) for said in labels.values()] == [999, 999, 999]
    found = {pair: round(value, 3) for pair, value in kappas(labels).items()}
    found_board = rated(votes_of_pairs(votes))
    print("\n", found, [(one.model, round(one.rating)) for one in found_board])
    assert sorted(found.values()) == [0.852, 0.862, 0.879]
    assert len(found_board) == 5


def test_rankings_of_openassistant_come_out_of_their_pairs() -> None:
    """Fitted together, the answers of each question stand as its people had ranked them."""
    ranked = rows("votes_oasst_zh_rankings.jsonl")
    votes = list(votes_of_rankings(ranked))
    place = {one.model: one.rank for one in rated(votes)}
    distinct = [
        row for row in ranked if len(set(row["ranked_outputs"])) == len(row["ranked_outputs"])
    ]
    kept = [
        [place[f"{row['question_id']}\x1f{text}"] for text in row["ranked_outputs"]]
        for row in distinct
    ]
    print(f"\n{len(ranked)} rankings, {len(votes)} pairs, {len(place)} answers")
    assert len(ranked) == 775
    assert all(ranks == sorted(ranks) and len(set(ranks)) == len(ranks) for ranks in kept)
