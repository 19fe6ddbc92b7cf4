import re
from pathlib import Path

import pytest

from evaluation.templatetags.cqia_rank import formula, percent, signed

METHOD = Path(__file__).parents[1] / "templates/evaluation/method.html"
FORMULAS = re.findall(r'{% formula "(.*?)" %}', METHOD.read_text(encoding="utf-8"))


@pytest.mark.parametrize("latex", FORMULAS)
def test_every_formula_of_the_method_is_drawn(latex: str) -> None:
    assert formula(latex).startswith("<math")


def test_there_are_formulas() -> None:
    assert len(FORMULAS) >= 5


@pytest.mark.parametrize(("value", "text"), [(12.4, "+12"), (-3.6, "−4"), (-0.2, "0"), (0.0, "0")])
def test_a_difference_carries_its_sign(value: float, text: str) -> None:
    assert signed(value) == text


def test_a_share_is_a_percentage() -> None:
    assert (percent(0.256), percent(0.256, 1)) == ("26%", "25.6%")
