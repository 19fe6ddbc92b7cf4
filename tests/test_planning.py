"""How many votes a difference takes."""

import pytest

from evaluation.designs import Design, Plan
from evaluation.models import ModelVersion, PromptSet
from evaluation.planning import Wish, estimate, votes_needed


def test_it_needs_what_the_textbook_says() -> None:
    # (1.95996 · 0.5 + 0.84162 · sqrt(0.24))² / 0.1² = 193.9
    assert votes_needed(Wish(effect=0.6, ties=0), 1) == 194


def test_ties_and_overlap_take_more() -> None:
    assert votes_needed(Wish(effect=0.6, ties=0.2), 1) == 243  # 193.9 / 0.8
    assert votes_needed(Wish(effect=0.6, ties=0.2), 3) == 340  # · (1 + 2 · 0.2)


@pytest.mark.parametrize("effect", [0.5, 0.4])
def test_no_effect_takes_no_end_of_votes(effect: float) -> None:
    assert votes_needed(Wish(effect=effect, ties=0), 1) > 1_000_000


def plan_of(prompts: int, votes: int) -> Plan:
    models = [ModelVersion(pk=1, name="a"), ModelVersion(pk=2, name="b")]
    return Plan(Design(PromptSet(pk=1), models, votes_per_matchup=votes), list(range(prompts)), 0)


def test_it_says_whether_the_design_has_enough() -> None:
    wish = Wish(effect=0.6, ties=0, people=4, pace=36)
    few, enough = estimate(plan_of(193, 1), wish), estimate(plan_of(194, 1), wish)
    assert (few.needed, few.had, few.enough, enough.enough) == (194, 193, False, True)
    assert enough.hours == pytest.approx(194 * 36 / 3600 / 4)


def test_it_says_where_there_are_too_few_people() -> None:
    assert estimate(plan_of(10, 3), Wish(people=2)).too_few_people
    assert not estimate(plan_of(10, 3), Wish(people=3)).too_few_people


def test_its_percents_have_no_needless_zero() -> None:
    found = estimate(plan_of(10, 1), Wish(effect=0.55, alpha=0.025))
    assert (str(found.effect), str(found.alpha), str(found.power)) == ("55", "2.5", "80")
