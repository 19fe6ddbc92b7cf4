import ast
import random
from collections import Counter, defaultdict
from math import exp, log, log10
from pathlib import Path

import pytest

from cqia.lib.intervals import wilson
from evaluation import ranking
from evaluation.published import table_of
from evaluation.ranking import CENTRE, SCALE, Outcome, Rating, Vote, Votes, win_tie_lose
from evaluation.reckoning import Asked, board


def votes(counts: dict[tuple[str, str, Outcome], int]) -> list[Vote]:
    return [Vote(*vote) for vote, count in counts.items() for _ in range(count)]


def drawn_votes(strengths: dict[str, float], count: int, seed: int = 1) -> list[Vote]:
    """Votes as the model says they fall, a fifth of them ties."""
    draw = random.Random(seed)
    result = []
    for _ in range(count):
        left, right = draw.sample(sorted(strengths), 2)
        wins = draw.random() < 1 / (1 + exp(strengths[right] - strengths[left]))
        outcome: Outcome = "tie" if draw.random() < 0.2 else "left" if wins else "right"
        result.append(Vote(left, right, outcome))
    return result


def rated(given: Votes, seed: int = 1, samples: int = 0) -> list[Rating]:
    return [Rating(**each) for each in board(table_of(given), Asked(seed, samples))]


def reference(given: list[Vote]) -> dict[str, float]:
    """Bradley–Terry by the plain iteration of Zermelo (1929), a vote at a time."""
    models = sorted({name for vote in given for name in vote[:2]})
    wins: defaultdict[tuple[str, str], float] = defaultdict(float)
    for left, right, outcome in given:
        wins[(left, right) if outcome == "left" else (right, left)] += 1
    strength = dict.fromkeys(models, 1.0)
    for _ in range(3000):
        strength = {
            one: sum(wins[one, other] for other in strength)
            / sum(
                (wins[one, other] + wins[other, one]) / (strength[one] + strength[other])
                for other in strength
                if other != one
            )
            for one in strength
        }
    mean = sum(log(strength[model]) for model in models) / len(models)
    return {model: CENTRE + SCALE * (log(strength[model]) - mean) for model in models}


def test_it_rates_two_models_by_their_odds() -> None:
    # 3 to 1: the ratings lie 400 · log10(3) = 190.85 apart, but for the prior.
    given = Counter({Vote("甲", "乙", "left"): 30_000, Vote("甲", "乙", "right"): 10_000})
    first, second = rated(given)
    assert first.rating - second.rating == pytest.approx(400 * log10(3), abs=0.05)
    assert first.rating + second.rating == pytest.approx(2 * CENTRE)


def test_it_agrees_with_a_plain_implementation() -> None:
    given = [
        vote
        for vote in drawn_votes({"a": 0.9, "b": 0.3, "c": -0.4, "d": -0.8}, 40_000)
        if vote.outcome != "tie"
    ]
    found = {one.model: one.rating for one in rated(given)}
    assert found == pytest.approx(reference(given), abs=0.1)


@pytest.mark.parametrize("outcome", ["tie", "both_bad"])
def test_it_takes_ties_and_both_bad_alike(outcome: Outcome) -> None:
    given = votes({("甲", "乙", "left"): 5, ("甲", "乙", "right"): 3})
    tied = rated([*given, *votes({("甲", "乙", outcome): 4})])
    assert tied == rated([*given, *votes({("乙", "甲", "tie"): 4})])


def test_it_gives_an_undefeated_model_a_finite_rating() -> None:
    first, second = rated(votes({("甲", "乙", "left"): 20}))
    assert 1000 < first.rating < first.high < 2000
    assert first.rating + second.rating == pytest.approx(2000)


def test_it_shares_a_rank_between_equals() -> None:
    given = votes({("甲", "乙", "tie"): 3, ("乙", "丙", "left"): 2, ("甲", "丙", "left"): 2})
    assert [(one.model, one.rank) for one in rated(given)] == [("乙", 1), ("甲", 1), ("丙", 3)]


def test_it_separates_models_that_never_met() -> None:
    given = votes({("甲", "乙", "left"): 4, ("乙", "丙", "left"): 4, ("x", "y", "right"): 3})
    found = rated(given)
    assert [(one.model, one.group, one.rank) for one in found] == [
        ("甲", 0, 1),
        ("乙", 0, 2),
        ("丙", 0, 3),
        ("y", 1, 1),
        ("x", 1, 2),
    ]
    for group in (0, 1):
        ratings = [one.rating for one in found if one.group == group]
        assert sum(ratings) / len(ratings) == pytest.approx(CENTRE)


def test_it_narrows_with_votes() -> None:
    strengths = {"a": 0.5, "b": -0.5}
    few, many = (
        next(one for one in rated(drawn_votes(strengths, count)) if one.model == "a")
        for count in (100, 10_000)
    )
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(10, rel=0.35)


def test_it_bounds_ranks() -> None:
    close = rated(drawn_votes({"a": 0.01, "b": 0.0, "z": -3.0}, 300), samples=400)
    assert {(one.rank_low, one.rank_high) for one in close if one.model != "z"} == {(1, 2)}
    assert (close[2].model, close[2].rank_low, close[2].rank_high) == ("z", 3, 3)


def test_order_does_not_matter() -> None:
    given = drawn_votes({"a": 0.5, "b": 0.0, "c": -0.5}, 200)
    assert rated(given, seed=3, samples=50) == rated(list(reversed(given)), seed=3, samples=50)
    assert win_tie_lose(Counter(given), "a") == win_tie_lose(given, "a")


def test_it_ranks_nobody_without_votes() -> None:
    with pytest.raises(ValueError, match="no votes"):
        rated([])
    assert win_tie_lose([], "甲") == []


def test_it_tallies_each_model_against_the_baseline() -> None:
    given = votes(
        {
            ("甲", "基", "left"): 5,
            ("基", "甲", "right"): 1,
            ("基", "甲", "left"): 2,
            ("甲", "基", "tie"): 1,
            ("甲", "基", "both_bad"): 1,
            ("乙", "基", "left"): 4,
            ("甲", "乙", "left"): 9,
        }
    )
    best, other = win_tie_lose(given, "基")
    assert (best.model, best.better_or_equal) == ("乙", 1.0)
    assert (other.model, other.win, other.tie, other.lose, other.both_bad) == ("甲", 6, 1, 2, 1)
    assert other.better_or_equal == 0.8
    assert (other.low, other.high) == pytest.approx(wilson(8, 10))


@pytest.mark.parametrize(
    ("hits", "total", "bounds"),
    [
        # Agresti and Coull, The American Statistician 52 (1998), give 0.278 for 0 of 10.
        (0, 10, (0.0, 0.2775)),
        (10, 10, (0.7225, 1.0)),
        (5, 10, (0.2366, 0.7634)),
        (81, 263, (0.2553, 0.3662)),
        (0, 0, (0.0, 1.0)),
    ],
)
def test_it_bounds_a_share(hits: int, total: int, bounds: tuple[float, float]) -> None:
    assert wilson(hits, total) == pytest.approx(bounds, abs=1e-4)


def test_it_imports_neither_django_nor_an_app() -> None:
    tree = ast.parse(Path(ranking.__file__).read_text("utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {str(module).split(".")[0] for module in modules}.isdisjoint({"django", "evaluation"})
