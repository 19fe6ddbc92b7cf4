"""Intervals by drawing prompts again, against those of the sandwich and a fit of the votes drawn."""

from dataclasses import replace

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from evaluation.adjusting import fit, in_groups
from evaluation.management.commands.rank import bootstrapped
from evaluation.reckoning import Asked, groups_of, reckon
from evaluation.statistics import bootstrap
from tests.test_adjusting import few, made


def test_a_refit_is_the_fit_of_the_votes_drawn() -> None:
    table = made(1, votes=800)
    once = table.prompt % 3 > 0
    weights = np.arange(60) % 3
    counted = bootstrap._cells(table).counted(weights.astype(float))
    drawn = replace(
        table, count=weights[table.prompt].astype(float), features=np.zeros((len(once), 0))
    )
    found = bootstrap._refit(fit(table, controlled=False), counted)
    assert found == pytest.approx(fit(drawn, controlled=False).strength, abs=1e-6)


def test_its_intervals_are_about_as_wide_as_those_of_the_sandwich() -> None:
    table = made(2)
    groups = groups_of(table)
    fitted = in_groups(fit(table, controlled=False), groups)
    low, high = bootstrap.bounds(table, groups, samples=400, seed=1)
    wide = 2 * 1.96 * np.sqrt(np.diag(fitted.covariance))[:4]
    assert (high - low) / wide == pytest.approx(np.ones(4), abs=0.2)
    assert (low < fitted.strength).all()
    assert (fitted.strength < high).all()


def test_a_seed_gives_the_same_bounds() -> None:
    table = made(3, votes=300)
    one, other, third = (
        bootstrap.bounds(table, groups_of(table), samples=40, seed=seed)[0] for seed in (5, 5, 6)
    )
    assert (one == other).all()
    assert (one != third).any()


def test_of_few_prompts_single_votes_are_drawn() -> None:
    table = few([0] * 60 + [1] * 40)
    low, high = bootstrap.bounds(table, groups_of(table), samples=400, seed=1)
    # Half the log-odds of 60 to 40, ± 1.96 / 2 · √(1/60 + 1/40).
    assert (low[0], high[0]) == pytest.approx((0.203 - 0.2, 0.203 + 0.2), abs=0.06)


def test_an_undefeated_model_has_finite_bounds() -> None:
    table = few([0] * 20)
    low, high = bootstrap.bounds(table, groups_of(table), samples=40, seed=1)
    assert 0 < low[0] <= high[0] < 5


def test_it_refuses_too_few_samples() -> None:
    with pytest.raises(ValueError, match="40"):
        bootstrap.bounds(few([0]), groups_of(few([0])), samples=39, seed=1)


def test_rank_prints_both_intervals_beside_each_other() -> None:
    table = replace(made(4), features=np.zeros((3000, 0)), feature_names=())
    figures = reckon(table, Asked(seed=1, samples=0))
    head, *lines = bootstrapped(table, figures, 40)
    assert head.split("  ")[-1] == "95% by 40 bootstrap samples"
    assert [line.split()[0] for line in lines] == [each["model"] for each in figures["board"]]
    first = figures["board"][0]
    low, high = map(int, lines[0].split()[-1].split("–"))
    assert low < first["rating"] < high
    assert (high - low) / (first["high"] - first["low"]) == pytest.approx(1, abs=0.4)


@pytest.mark.parametrize("text", ["39", "10001", "many", "-40"])
def test_rank_refuses_an_odd_number_of_samples(text: str) -> None:
    with pytest.raises(CommandError, match="from 40 to 10,000"):
        call_command("rank", "bundle.zip", f"--bootstrap={text}")
