"""How much length, and its own kin, move a judge."""

from math import exp, log
from random import Random

import pytest

from evaluation.judge_report import report_of
from evaluation.models import JudgeRun, ModelVersion
from evaluation.statistics.judge_length import length_odds
from evaluation.statistics.judges import Case, biases
from tests.poll import MakePoll


def test_it_gives_the_odds_of_an_answer_twice_as_long() -> None:
    """Of ones all twice as long the odds are those counted: 3 to 1."""
    found = length_odds([(1.0, 1)] * 45 + [(1.0, -1)] * 15 + [(-1.0, -1)] * 45 + [(-1.0, 1)] * 15)
    assert found is not None
    assert (round(found.value, 6), found.total) == (3.0, 120)
    half = 1.959963984540054 / (120 * 0.75 * 0.25) ** 0.5
    assert found.low == pytest.approx(exp(log(3) - half))
    assert found.high == pytest.approx(exp(log(3) + half))


def test_it_leaves_out_what_says_nothing() -> None:
    said = [(2.0, 1), (2.0, -1), (-1.0, 1), (-1.0, -1)]
    assert length_odds(said) == length_odds([*said, (3.0, 0), (0.0, 1)])


@pytest.mark.parametrize("compared", [[], [(1.0, 0)], [(1.0, 1), (-2.0, -1)], [(1.0, -1)]])
def test_it_says_nothing_where_the_odds_have_no_estimate(compared: list[tuple[float, int]]) -> None:
    assert length_odds(compared) is None


def test_its_interval_covers_the_odds_that_made_the_data() -> None:
    covered, draws = 0, Random(6)
    for _ in range(200):
        ratios = [draws.gauss(0, 1) for _ in range(150)]
        chance = [1 / (1 + exp(-0.5 * ratio)) for ratio in ratios]
        said = [1 if draws.random() < each else -1 for each in chance]
        found = length_odds(list(zip(ratios, said, strict=True)))
        assert found is not None
        covered += found.low <= exp(0.5) <= found.high
    assert 180 <= covered <= 198


def test_it_counts_what_the_judge_takes_where_people_are_even() -> None:
    """(people, judge) on answers of which the first is twice as long."""
    said = [(0, 1), (0, 1), (0, -1), (0, 0), (1, -1), (-1, -1)]
    cases = [Case(people, judge, judge, "", ("a", "b"), 1, 1.0) for people, judge in said]
    found = biases(cases)
    assert found.longer_tied.value == pytest.approx(2 / 3)
    assert found.longer_tied.total == 3
    assert found.odds is not None
    assert found.odds_people is not None
    assert found.odds.value == pytest.approx(2 / 3)
    assert found.odds_people.value == pytest.approx(1)


@pytest.mark.parametrize(
    ("judge", "own"),
    [
        ("Qwen/Qwen2-7B", {"yak-tuned"}),
        ("zebra-base", {"zebra-base"}),
        ("qwen2-72b", set()),
    ],
)
def test_it_knows_its_own_kin_by_name(make_poll: MakePoll, judge: str, own: set[str]) -> None:
    campaign = make_poll(prompts=1)
    ModelVersion.objects.filter(name="yak-tuned").update(base="qwen2-7b")
    assert report_of(JudgeRun.objects.create(campaign=campaign, judge=judge)).own == own
