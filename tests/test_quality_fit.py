"""The learned model without a database: the words it sees, what it learns, what it says of itself."""

import random
import subprocess
import sys

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from annotation import quality_scores
from annotation.quality_fit import Report, chances, fit, groups_of
from annotation.quality_words import LOOKED_AT, Vocabulary, learn

ROWS = 400
GROUPS = np.arange(ROWS)


def counted(vocabulary: Vocabulary, prompt: str, answers: str) -> dict[str, int]:
    """How often each word stands in a text, those of the answers marked."""
    hits, size = vocabulary.hits([(prompt, answers)]), len(vocabulary.words)
    found: dict[str, int] = {}
    for column in hits.columns.tolist():
        name = vocabulary.words[column % size] + ("'" if column >= size else "")
        found[name] = found.get(name, 0) + 1
    return found


def report_of(signal: float, seed: int = 1) -> Report:
    """A report on rows of which one feature tells, with this weight against noise."""
    dice = np.random.default_rng(seed)
    wanted = dice.random(ROWS) < 0.4
    telling = signal * wanted + dice.normal(size=ROWS)
    noise = dice.normal(size=(ROWS, 20))
    return fit(csr_matrix(np.column_stack([telling, noise])), wanted, GROUPS, 7).report


def test_it_finds_words_by_their_characters() -> None:
    words = Vocabulary(("绿茶", "冲泡", "总而言之"))
    assert counted(words, "绿茶怎么冲泡？", "总而言之，先把绿茶冲泡，再冲泡") == {
        "绿茶": 1,
        "冲泡": 1,
        "绿茶'": 1,
        "冲泡'": 2,
        "总而言之'": 1,
    }


def test_it_finds_no_word_across_two_texts() -> None:
    assert counted(Vocabulary(("绿茶",)), "绿", "茶") == {}


def test_it_tells_the_texts_of_a_batch_apart() -> None:
    words = Vocabulary(("绿茶", "红茶"))
    hits = words.hits([("绿茶", ""), ("", ""), ("", "红茶绿茶")])
    found = sorted(zip(hits.rows.tolist(), hits.columns.tolist(), strict=True))
    assert found == [(0, 0), (2, 2), (2, 3)]
    assert hits.share.tolist() == pytest.approx([1, 1, 2**-0.5])


def test_it_sees_the_beginning_of_long_texts_only() -> None:
    words = Vocabulary(("绿茶",))
    assert counted(words, "", "水" * LOOKED_AT + "绿茶") == {}


def test_it_learns_the_words_of_two_texts_or_more() -> None:
    texts = [("怎么冲泡绿茶？", "用八十度的水。"), ("绿茶发苦", "2024 年，水温太高！")]
    assert learn(texts).words == ("绿茶",)


def test_it_finds_every_word_that_it_has_learned() -> None:
    dice = random.Random(3)
    made = {"".join(dice.choices("茶水杯叶香烟云雨雪风", k=dice.randint(2, 4))) for _ in range(900)}
    text = "，".join(sorted(made))
    words = learn([(text, ""), (text, "")])
    assert len(words.words) > 100
    assert set(counted(words, text, "")) == set(words.words)


def test_it_puts_near_identical_prompts_into_one_group() -> None:
    asked = "为什么绿茶不宜用沸水冲泡，而红茶却可以？请说说其中的道理，并举一个生活中的例子。"
    groups = groups_of([asked, "长城有多长？", asked.replace("请", "请你"), ""])
    assert groups[0] == groups[2]
    assert len(set(groups.tolist())) == 3


def test_it_learns_what_tells() -> None:
    report = report_of(signal=3.0)
    assert report.auc > 0.95
    assert report.correct > 0.88 > report.correct_baseline
    assert report.brier < 0.09 < report.brier_baseline


def test_it_does_not_praise_itself_for_noise() -> None:
    found = [report_of(signal=0.0, seed=seed) for seed in range(5)]
    assert np.mean([one.auc for one in found]) == pytest.approx(0.5, abs=0.05)
    assert all(one.brier == pytest.approx(one.brier_baseline, abs=0.01) for one in found)


def test_it_judges_no_row_by_its_own_copy() -> None:
    """A feature that only names the row tells nothing new: copies of a row share its fold."""
    dice = np.random.default_rng(5)
    own, wanted = np.eye(40), dice.random(40) < 0.5
    rows, groups = np.repeat(own, 10, axis=0), np.repeat(np.arange(40), 10)
    report = fit(csr_matrix(rows), np.repeat(wanted, 10), groups, 7).report
    assert report.groups == 40
    assert report.auc == pytest.approx(0.5, abs=0.1)


def test_its_chances_come_true() -> None:
    report = report_of(signal=1.5)
    assert sum(count for _, _, count in report.bins) == ROWS
    assert all(abs(said - came) < 0.2 for said, came, _ in report.bins)


def test_its_curve_is_the_counts_of_a_hand_made_case() -> None:
    from annotation.quality_fit import _curve

    chance = np.array([0.9, 0.8, 0.8, 0.1])
    wanted = np.array([True, True, False, False])
    assert _curve(chance, wanted) == [
        (0.9, 1.0, 0.5),
        (0.8, pytest.approx(2 / 3), 1.0),
        (0.1, 0.5, 1.0),
    ]


def test_it_learns_the_same_from_the_same() -> None:
    assert report_of(1.0) == report_of(1.0)


def test_its_chances_are_chances() -> None:
    said = chances(np.array([-1e9, 0.0, 1e9]), 2.0, 0.0)
    assert said.tolist() == pytest.approx([0, 0.5, 1], abs=1e-9)


def test_it_reads_the_scores_of_checks() -> None:
    checks = [{"check": "length", "log": True, "mean": 1.0, "spread": 0.5}]
    scores = {1: {"length": 2.0}, 2: {}, 3: {"length": 1e9}}
    found = quality_scores.check_features(checks, scores, [1, 2, 3])
    assert found.tolist() == [[pytest.approx(0.19722, abs=1e-4)], [0.0], [3.0]]


def test_a_page_never_waits_for_scikit_learn() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            "import cqia.wsgi, sys; print('sklearn' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "False"
