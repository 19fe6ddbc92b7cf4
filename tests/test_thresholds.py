"""Where the lines of a project stand, and what they say of a pair beyond them."""

import pytest

from annotation.checks import CHECKS
from annotation.models import Project
from annotation.thresholds import lines_of


def test_it_has_the_defaults_of_its_checks(project: Project) -> None:
    lines = {line.check.id: (line.enabled, line.low, line.high) for line in lines_of(project)}
    assert list(lines) == [check.id for check in CHECKS]
    assert lines["length"] == (True, 2, None)
    assert lines["duplicate"] == (True, None, 0)
    assert lines["judge"] == (False, 8, None)


@pytest.mark.parametrize(
    ("check_id", "score", "evidence", "sentence"),
    [
        ("length", 1, "", "Characters of the answer: 1, which is too few."),
        ("han_ratio", 0.034, "", "Only 3.4% of the words are Chinese."),
        ("duplicate", 1, "12", "The same question and answer as pair 12."),
        ("judge", 6.54, "跑题。", "The model judge gives 6.5 of 10: 跑题。"),
    ],
)
def test_it_says_why_a_pair_is_dropped(
    project: Project, check_id: str, score: float, evidence: str, sentence: str
) -> None:
    [line] = [line for line in lines_of(project) if line.check.id == check_id]
    assert line.explain(score, evidence) == sentence
