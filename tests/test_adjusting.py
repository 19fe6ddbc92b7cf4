"""Strengths with and without controls, on votes of known making."""

from dataclasses import replace

import numpy as np
import pytest

from evaluation.adjusting import Fitted, fit, in_groups
from evaluation.reckoning import Asked, groups_of, reckon
from evaluation.statistics.pairs import votes_needed
from evaluation.statistics.table import Table, where

STRENGTH = np.array([0.6, 0.2, -0.2, -0.6])
SIDE, LENGTH, TIES, LEANING = 0.25, 0.5, 0.7, 0.3


def made(seed: int, votes: int = 3000, prompts: int = 60, voters: int = 6) -> Table:
    """Votes as the model says they fall: a side that is favoured, and longer answers."""
    rng = np.random.default_rng(seed)
    size = len(STRENGTH)
    left = rng.integers(0, size, votes)
    right = (left + rng.integers(1, size, votes)) % size
    voter, prompt = rng.integers(0, voters, votes), rng.integers(0, prompts, votes)
    length = rng.normal(0, 1, (votes, 1))
    leaning = rng.normal(0, LEANING, voters)
    lead = STRENGTH[left] - STRENGTH[right] + SIDE + LENGTH * length[:, 0] + leaning[voter]
    odds = np.column_stack([np.exp(lead / 2), np.exp(-lead / 2), np.full(votes, TIES)])
    drawn = rng.random(votes) * odds.sum(axis=1)
    outcome = (drawn[:, None] > odds.cumsum(axis=1)).sum(axis=1)
    return table_from(left, right, outcome, prompt=prompt, voter=voter, length=length)


def table_from(
    left: object, right: object, outcome: object, *, prompt: object, voter: object, length: object
) -> Table:
    columns = [np.asarray(column, dtype=np.int32) for column in (left, right, prompt, voter)]
    names = [tuple(f"{at:03}" for at in range(int(column.max()) + 1)) for column in columns]
    return Table(
        models=max(names[:2], key=len),
        left=columns[0],
        right=columns[1],
        outcome=np.asarray(outcome, dtype=np.int8),
        count=np.ones(len(columns[0])),
        prompt=columns[2],
        evaluator=columns[3],
        category=np.zeros(len(columns[0]), dtype=np.int32),
        prompts=names[2],
        evaluators=names[3],
        categories=("",),
        features=np.asarray(length, dtype=np.float64),
        feature_names=("length",),
    )


def few(outcomes: list[int]) -> Table:
    """So many votes between two models, always on the same sides."""
    rows = len(outcomes)
    none = [0] * rows
    return table_from(none, [1] * rows, outcomes, prompt=none, voter=none, length=[[0.0]] * rows)


def errors(fitted: Fitted) -> np.ndarray:
    return np.sqrt(np.diag(fitted.covariance))


def test_two_models_without_ties_stand_as_their_odds() -> None:
    fitted = fit(few([0] * 300 + [1] * 100), controlled=False)
    assert fitted.strength[0] - fitted.strength[1] == pytest.approx(np.log(3), abs=0.02)


def test_ties_change_no_order_and_are_told_by_their_parameter() -> None:
    fitted = fit(few([0] * 200 + [1] * 200 + [2] * 300 + [3] * 100), controlled=False)
    assert fitted.strength == pytest.approx([0, 0], abs=1e-9)
    assert np.exp(fitted.log_ties) == pytest.approx(2.0, rel=0.01)


def test_an_undefeated_model_has_a_finite_strength() -> None:
    fitted = fit(few([0] * 20), controlled=False)
    assert 1 < fitted.strength[0] - fitted.strength[1] < 6


def test_it_finds_what_the_votes_were_made_with() -> None:
    fitted = in_groups(fit(made(1, votes=40_000), controlled=True), np.zeros(4, dtype=np.int64))
    assert fitted.strength == pytest.approx(STRENGTH, abs=0.05)
    assert fitted.effects[1] == pytest.approx(LENGTH, abs=0.05)
    assert np.exp(fitted.log_ties) == pytest.approx(TIES, abs=0.05)


def test_its_intervals_cover_at_their_nominal_rate() -> None:
    hits = []
    for seed in range(500):
        fitted = in_groups(
            fit(made(seed, votes=1500), controlled=True), np.zeros(4, dtype=np.int64)
        )
        hits.append(np.abs(fitted.strength - STRENGTH) < 1.96 * errors(fitted)[:4])
    assert 0.92 < np.mean(hits) < 0.98


def test_controls_take_out_what_length_adds() -> None:
    """The first model's answers are the longer ones, and that is all that it is liked for."""
    rng = np.random.default_rng(2)
    length = np.where(rng.random(6000) < 0.5, 1.0, 0.3)[:, None]
    chance = 1 / (1 + np.exp(-1.0 * length[:, 0]))
    outcome = (rng.random(6000) > chance).astype(int)
    none = np.zeros(6000, dtype=int)
    table = table_from(none, none + 1, outcome, prompt=none, voter=none, length=length - 0.65)
    raw = fit(table, controlled=False).strength
    assert raw[0] - raw[1] > 0.5
    assert fit(table, controlled=True).effects[1] == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize("prompts", [1, 9, 12])
def test_a_part_of_the_votes_is_judged_by_its_own_prompts(prompts: int) -> None:
    """A category has few of a campaign's prompts, whatever their numbers."""
    table = made(3, votes=600)
    part = where(table, table.prompt >= 60 - prompts)
    renamed = replace(part, prompt=part.prompt - (60 - prompts))
    covariance = fit(part, controlled=False).covariance
    assert np.isfinite(covariance).all()
    assert covariance == pytest.approx(fit(renamed, controlled=False).covariance)


def test_models_that_never_met_are_in_groups_of_their_own() -> None:
    one = [0, 0, 2]
    other = [1, 1, 3]
    none = [0, 0, 0]
    table = table_from(one, other, none, prompt=none, voter=none, length=[[0.0]] * 3)
    assert groups_of(table).tolist() == [0, 0, 1, 1]
    board = reckon(table, Asked(1))["board"]
    assert [(each["model"], each["group"], each["rank"]) for each in board] == [
        ("000", 0, 1),
        ("001", 0, 2),
        ("002", 1, 1),
        ("003", 1, 2),
    ]


def test_too_few_votes_are_not_adjusted() -> None:
    assert reckon(few([0, 1, 0]), Asked(1))["adjusted"] == []
    assert reckon(made(1), Asked(1))["adjusted"] != []


def test_the_same_votes_give_the_same_board() -> None:
    assert reckon(made(1), Asked(7)) == reckon(made(1), Asked(7))


def test_one_voter_who_decides_the_first_place_is_found() -> None:
    left, right = [0] * 60, [1] * 60
    outcome = [1] * 20 + [0] * 40  # the second voter alone puts the first model first
    voter = [0] * 20 + [1] * 40
    table = table_from(left, right, outcome, prompt=[0] * 60, voter=voter, length=[[0.0]] * 60)
    figures = reckon(table, Asked(1))
    assert figures["board"][0]["model"] == "000"
    assert {each["voter"]: each["first"] for each in figures["left_out"]} == {
        "000": "000",
        "001": "001",
    }


@pytest.mark.parametrize(
    ("win", "lose", "ties", "needed"), [(60, 40, 0, 194), (60, 40, 100, 388), (5, 5, 0, None)]
)
def test_it_says_how_many_votes_would_tell_two_models_apart(
    win: int, lose: int, ties: int, needed: int | None
) -> None:
    assert votes_needed(win, lose, ties) == needed
