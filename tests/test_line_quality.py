"""Precision and recall of a line, and the line proposed: cases reckoned by hand."""

import pytest

from annotation.line_quality import Labelled, Share, curve, proposal, recall


def labelled(keep: str, drop: str) -> list[Labelled]:
    """Scores of what people keep, and of what they drop."""
    kept = [Labelled(float(score), True) for score in keep.split()]
    return kept + [Labelled(float(score), False) for score in drop.split()]


def test_it_finds_every_line_that_tells_labels_apart() -> None:
    points = curve(labelled("3 5 6", "1 4"), "low", 1)
    assert [(point.at, point.precision, point.recall) for point in points] == [
        (3, Share(1, 1), Share(1, 2)),
        (4, Share(1, 2), Share(1, 2)),
        (5, Share(2, 3), Share(2, 2)),
        (6, Share(2, 4), Share(2, 2)),
    ]


def test_an_upper_line_drops_what_scores_more() -> None:
    [point] = curve(labelled("0", "2"), "high", 1)
    assert (point.at, point.precision, point.recall) == (0, Share(1, 1), Share(1, 1))


@pytest.mark.parametrize(
    ("keep", "drop", "step", "at"),
    [("0.52", "0.13", 0.05, 0.5), ("0.31", "0.30", 0.5, 0.31), ("0.5", "0.1", 0.25, 0.5)],
)
def test_it_puts_a_line_at_a_step_of_the_check_where_one_lies_between(
    keep: str, drop: str, step: float, at: float
) -> None:
    [point] = curve(labelled(keep, drop), "low", step)
    assert point.at == at


def test_it_proposes_the_highest_recall_of_the_precise_lines() -> None:
    labels = labelled("7 8 9 10 11", "1 2 3 4 5 12")
    found = proposal(curve(labels, "low", 1), labels)
    assert found is not None
    assert (found.point.at, found.precise) == (7, True)
    assert found.point.recall == Share(5, 6)


def test_it_proposes_the_best_f1_where_no_line_is_precise() -> None:
    labels = labelled("1 1.5 4 5 6 7 8 9", "2 3")
    found = proposal(curve(labels, "low", 1), labels)
    assert found is not None
    assert (found.point.at, found.precise) == (4, False)
    assert found.point.f1 == pytest.approx(2 * 2 / (4 + 2))


@pytest.mark.parametrize(("keep", "drop"), [("7 8", "1 2"), ("1 2 3 4 5 6 7 8 9 10", "")])
def test_it_proposes_nothing_of_too_few_or_equal_labels(keep: str, drop: str) -> None:
    labels = labelled(keep, drop)
    assert proposal(curve(labels, "low", 1), labels) is None


def test_it_weighs_both_sides_by_how_many_pairs_lie_there() -> None:
    """Of 100 beyond 90 are wrong, of 900 within 90: half of what is wrong is found."""
    found = recall(Share(18, 20), Share(2, 20), (100, 900))
    assert found.value == pytest.approx(0.5)
    assert found.low == pytest.approx(_recall(Share(18, 20).low, Share(2, 20).high))
    assert found.high == pytest.approx(_recall(Share(18, 20).high, Share(2, 20).low))


def _recall(beyond: float, missed: float) -> float:
    return 100 * beyond / (100 * beyond + 900 * missed)
