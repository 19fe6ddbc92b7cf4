"""How far two judges agree, against scikit-learn, SciPy and hand-made cases."""

import random

import pytest
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import cohen_kappa_score

from cqia.lib.agreement import agreement


def test_it_agrees_with_what_others_compute() -> None:
    dice = random.Random(3)
    one = [dice.choice([1, 3, 5.5, 7, 8.2, 9]) for _ in range(200)]
    other = [min(10, max(1, score + dice.gauss(0.4, 1.5))) for score in one]
    found = agreement(one, other)
    assert found is not None
    whole = [[int(score + 0.5) for score in scores] for scores in (one, other)]
    assert found.pearson == pytest.approx(pearsonr(one, other).statistic)
    assert found.spearman == pytest.approx(spearmanr(one, other).statistic)
    assert found.kappa == pytest.approx(cohen_kappa_score(*whole, weights="quadratic"))
    assert found.difference == pytest.approx((sum(one) - sum(other)) / 200)


def test_it_knows_full_agreement_and_its_opposite() -> None:
    same, opposite = agreement([1, 5, 9], [1, 5, 9]), agreement([1, 5, 9], [9, 5, 1])
    assert same is not None
    assert opposite is not None
    assert (same.pearson, same.spearman, same.kappa) == pytest.approx((1, 1, 1))
    assert (opposite.pearson, opposite.kappa) == pytest.approx((-1, -1))


def test_it_says_nothing_of_equal_scores() -> None:
    found = agreement([8, 8], [8, 8])
    assert found is not None
    assert (found.count, found.difference) == (2, 0)
    assert (found.pearson, found.spearman, found.kappa) == (None, None, None)


def test_it_has_no_figure_for_nothing() -> None:
    assert agreement([], []) is None
