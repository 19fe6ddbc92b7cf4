"""Voters whose votes are not as the others' are."""

from math import exp, log

import numpy as np
import pytest

from evaluation.statistics.trust import KNOWN, Decided, outliers, products

PAIRS = [(one, other) for one in range(4) for other in range(one + 1, 4)]
STRENGTHS = (1.0, 0.4, -0.2, -1.2)


def test_a_vote_against_the_rate_multiplies_as_by_hand() -> None:
    # Of others 89 to 19, with one more each 90 to 20; odds 1.5 · 20 / 90 = 1/3, so p is 0.25 for the
    # rare vote, else 1; the mean of p^(-1/2) is 0.75 + 0.25 · 2 = 1.25: 2 / 1.25 and 1 / 1.25.
    others = Decided(1, (0, 1), 89, 19)
    assert exp(products([others, Decided(2, (0, 1), 0, 1)])[2]) == pytest.approx(1.6)
    assert exp(products([others, Decided(2, (0, 1), 1, 0)])[2]) == pytest.approx(0.8)


def test_its_expectation_is_one() -> None:
    others = Decided(1, (0, 1), 89, 19)
    usual, rare = (
        exp(products([others, Decided(2, (0, 1), *cast)])[2]) for cast in ((1, 0), (0, 1))
    )
    assert 0.75 * usual + 0.25 * rare == pytest.approx(1)


def test_rates_are_known_from_others_alone() -> None:
    few = Decided(1, (0, 1), KNOWN - 1, 0)
    assert products([few, Decided(2, (0, 1), 0, 50)])[2] == 0
    known = Decided(1, (0, 1), KNOWN, 0)
    assert products([known, Decided(2, (0, 1), 0, 50)])[2] > log(2 / 0.05)


def test_the_order_of_the_pair_does_not_matter() -> None:
    one = products([Decided(1, (0, 1), 74, 24), Decided(2, (0, 1), 3, 9)])
    other = products([Decided(1, (0, 1), 24, 74), Decided(2, (0, 1), 9, 3)])
    assert one == pytest.approx(other)


def test_a_taste_of_ones_own_is_no_fault() -> None:
    assert products([Decided(1, (0, 1), 59, 40), Decided(2, (0, 1), 0, 50)])[2] == 0


def test_of_two_who_differ_neither_is_an_outlier() -> None:
    two = [Decided(1, (0, 1), 50, 0), Decided(2, (0, 1), 0, 50)]
    assert outliers(two) == set()
    assert outliers([*two, Decided(3, (0, 1), 50, 0)]) == {2}


def test_nobody_is_an_outlier_without_votes() -> None:
    assert outliers([]) == set()


def test_honest_voters_are_rarely_flagged_and_contrary_ones_nearly_always() -> None:
    """500 campaigns of twelve people, 60 decided votes each; voters 0 and 1 vote the other way."""
    honest = sum(bool(outliers(campaign(seed, 0))) for seed in range(500)) / 500
    caught = sum(len(outliers(campaign(seed, 2)) & {0, 1}) for seed in range(500)) / 1000
    beside = sum(bool(outliers(campaign(seed, 2)) - {0, 1}) for seed in range(500)) / 500
    print(
        f"\nhonest flagged in {honest:.3f}, contrary caught {caught:.3f}, beside them {beside:.3f}"
    )
    assert max(honest, beside) <= 0.05
    assert caught > 0.8


def campaign(seed: int, contrary: int) -> list[Decided]:
    dice = np.random.default_rng(seed)
    found = []
    for voter in range(12):
        for one, other in PAIRS:
            chance = 1 / (1 + np.exp(STRENGTHS[other] - STRENGTHS[one]))
            won = int(dice.binomial(10, 1 - chance if voter < contrary else chance))
            found.append(Decided(voter, (one, other), won, 10 - won))
    return found
