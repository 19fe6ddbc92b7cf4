"""Intervals against a truth that is known: votes drawn as the models say they fall. `-s` prints shares.

500 seeds each. The intervals of one seed are not independent, so a share may be off by about 0.015.
"""

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluation.adjusting import fit
from evaluation.meetings import Meeting
from evaluation.priorities import strengths, weights
from evaluation.statistics.table import Table
from evaluation.stopping import LEAST, interval, variance

SEEDS = 500
STRENGTHS = np.array([0.8, 0.3, 0.0, -0.4, -0.7])
PEOPLE, PROMPTS, VOTES = 10, 60, 600
NU = 0.6  # Davidson's parameter of ties: about a fifth of votes between equals

Floats = NDArray[np.float64]


def drawn(seed: int, side: float = 0.0, dishonest: int = 0) -> Table:
    """Votes by Davidson's model; `dishonest` people press the same side whatever they are shown."""
    dice = np.random.default_rng(seed)
    left = dice.integers(0, 5, VOTES)
    right = (left + dice.integers(1, 5, VOTES)) % 5
    voter = dice.integers(0, PEOPLE, VOTES)
    leaning = np.zeros(PEOPLE)
    leaning[:dishonest] = [4.0, -4.0][:dishonest]
    eta = STRENGTHS[left] - STRENGTHS[right] + side + leaning[voter]
    chances = np.column_stack([np.exp(eta / 2), np.exp(-eta / 2), np.full(VOTES, NU)])
    steps = (chances / chances.sum(axis=1, keepdims=True)).cumsum(axis=1)
    return Table(
        models=tuple("abcde"),
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        outcome=(dice.random(VOTES)[:, None] > steps).sum(axis=1).astype(np.int8),
        count=np.ones(VOTES),
        prompt=dice.integers(0, PROMPTS, VOTES).astype(np.int32),
        evaluator=voter.astype(np.int32),
        category=np.zeros(VOTES, np.int32),
        prompts=tuple(f"q{at}" for at in range(PROMPTS)),
        evaluators=tuple(f"e{at}" for at in range(PEOPLE)),
        categories=("",),
        features=np.zeros((VOTES, 0)),
        feature_names=(),
    )


def coverage(controlled: bool, side: float = 0.0, dishonest: int = 0) -> float:
    """The share of intervals of 95% that hold the true strength, each less the mean of all."""
    centred = np.eye(5) - 0.2
    held = 0
    for seed in range(SEEDS):
        found = fit(drawn(seed, side, dishonest), controlled=controlled)
        covariance = centred @ found.covariance[:5, :5] @ centred
        off = np.abs(centred @ (found.strength - STRENGTHS))
        held += int((off <= 1.96 * np.sqrt(np.diag(covariance))).sum())
    share = held / (5 * SEEDS)
    print(f"\ncontrolled {controlled}, side {side}, {dishonest} dishonest: {share:.3f} held")
    return share


@pytest.mark.parametrize("controlled", [False, True])
def test_intervals_hold_the_truth_as_often_as_they_say(controlled: bool) -> None:
    assert coverage(controlled) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(("side", "dishonest"), [(0.5, 0), (0.5, 2)])
def test_the_adjusted_board_holds_it_with_leanings_and_dishonest_people(
    side: float, dishonest: int
) -> None:
    assert coverage(True, side, dishonest) == pytest.approx(0.95, abs=0.02)


def test_dishonest_people_spoil_the_raw_board() -> None:
    """Why both boards are shown."""
    assert coverage(False, 0.5, 2) < 0.9


@pytest.mark.parametrize("chances", [(0.4, 0.4, 0.2), (0.65, 0.15, 0.2), (0.9, 0.1, 0.0)])
def test_looking_after_every_vote_does_no_harm(chances: tuple[float, float, float]) -> None:
    """Anytime intervals miss the truth at any look in at most a twentieth of campaigns; the usual
    ones, looked at as often, in more than a quarter of them."""
    always, usual = missed(np.array(chances), looks=1000)
    print(f"\n{chances}: missed at some look by {always:.3f}, the usual intervals by {usual:.3f}")
    assert always < 0.07
    assert usual > 0.25


def missed(chances: Floats, looks: int) -> tuple[float, float]:
    """Shares of campaigns of one pair in which an interval left the truth out at some look."""
    truth = chances[0] + chances[2] / 2
    always = usual = 0
    for seed in range(SEEDS):
        fell = np.random.default_rng(seed).choice(3, looks, p=chances)
        wins, losses, ties = ((fell == kind).cumsum() for kind in range(3))
        met = [Meeting(0, 1, *map(int, each)) for each in zip(wins, losses, ties, strict=True)]
        always += any(_misses(each, truth) for each in met[LEAST - 1 :])
        usual += any(_misses_usual(each, truth) for each in met[LEAST - 1 :])
    return always / SEEDS, usual / SEEDS


def _score(met: Meeting) -> float:
    return (met.wins + met.ties / 2) / met.votes


def _misses(met: Meeting, truth: float) -> bool:
    low, high = interval(_score(met), variance(met), met.votes, 0.05)
    return not low <= truth <= high


def _misses_usual(met: Meeting, truth: float) -> bool:
    return bool(abs(_score(met) - truth) > 1.96 * np.sqrt(variance(met) / met.votes))


def test_adaptive_pairing_knows_as_much_from_fewer_votes() -> None:
    """Eight models far apart: what 280 chosen votes tell takes over a tenth more, given out evenly."""
    chosen = np.mean([told(True, 280, seed) for seed in range(20)])
    evenly = {
        more: np.mean([told(False, 280 + more, seed) for seed in range(20)]) for more in (0, 28)
    }
    print(f"\nadaptive {chosen:.2f}, evenly {evenly}")
    assert chosen > evenly[28] > evenly[0]


SPREAD = np.linspace(1.5, -1.5, 8)


def told(adaptive: bool, votes: int, seed: int) -> float:
    """The logarithm of the determinant of the information about the true strengths."""
    dice = np.random.default_rng(seed)
    pairs = [(one, other) for one in range(8) for other in range(one + 1, 8)]
    cast: dict[tuple[int, int], list[int]] = {pair: [0, 0] for pair in pairs}
    for at in range(0, votes, 10):
        turn = [pairs[(at + step) % len(pairs)] for step in range(10)]
        if adaptive:
            wanted = weights(8, met_so_far(cast))
            turn = [pair for pair, count in wanted.items() for _ in range(int(count))]
        for one, other in turn[: votes - at]:
            won = dice.random() < 1 / (1 + np.exp(SPREAD[other] - SPREAD[one]))
            cast[one, other][0 if won else 1] += 1
    information = 0.25 * np.eye(8)
    for (one, other), counts in cast.items():
        chance = 1 / (1 + np.exp(SPREAD[other] - SPREAD[one]))
        apart = np.zeros(8)
        apart[[one, other]] = 1, -1
        information += sum(counts) * chance * (1 - chance) * np.outer(apart, apart)
    assert np.corrcoef(strengths(8, met_so_far(cast)), SPREAD)[0, 1] > 0.9
    return float(np.linalg.slogdet(information)[1])


def met_so_far(cast: dict[tuple[int, int], list[int]]) -> list[Meeting]:
    return [
        Meeting(one, other, wins, losses, 0)
        for (one, other), (wins, losses) in cast.items()
        if wins + losses
    ]
