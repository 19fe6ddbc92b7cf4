"""Votes in the shapes that others publish them in."""

from typing import Any

from evaluation.published import (
    kappas,
    labels_of_judges,
    mean_stars,
    votes_of_rankings,
    votes_of_stars,
)
from evaluation.ranking import Vote

STARS: list[dict[str, Any]] = [
    {"question_id": "q1", "model": "甲", "stars": {"通顺": 3, "正确": 2}},
    {"question_id": "q1", "model": "乙", "stars": {"通顺": 2, "正确": 2}},
    {"question_id": "q2", "model": "甲", "stars": {"通顺": 2}},
    {"question_id": "q2", "model": "乙", "stars": {"通顺": 2}},
    {"question_id": "q3", "model": "乙", "stars": None},
]


def test_stars_have_a_mean_by_model_and_aspect() -> None:
    means = mean_stars(STARS, "stars")
    assert means == {"甲": {"通顺": 2.5, "正确": 2}, "乙": {"通顺": 2, "正确": 2}}


def test_more_stars_are_a_vote() -> None:
    assert list(votes_of_stars(STARS, "stars")) == [
        Vote("甲", "乙", "left"),
        Vote("甲", "乙", "tie"),
    ]


def test_a_ranking_is_all_its_pairs() -> None:
    ranked = {"question_id": 7, "ranked_outputs": ["好", "中", "中", "差"]}
    votes = [(left[2:], right[2:]) for left, right, _ in votes_of_rankings([ranked])]
    assert votes == [("好", "中"), ("好", "中"), ("好", "差"), ("中", "差"), ("中", "差")]


def test_judges_are_compared_where_all_of_them_judged() -> None:
    said = [(1, "a", "x"), (1, "b", "x"), (2, "a", "y"), (2, "b", "x"), (3, "a", "x")]
    judged = [
        {"question_id": 0, "item": item, "judge": judge, "winner": winner}
        for item, judge, winner in said
    ]
    assert labels_of_judges(judged) == {"a": ["x", "y"], "b": ["x", "x"]}
    assert kappas({"a": ["x", "y", "x", "y"], "b": ["x", "y", "y", "x"]}) == {("a", "b"): 0}
