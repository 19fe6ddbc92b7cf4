"""Every figure of a release, on rows counted by hand, without a database."""

from collections import Counter
from typing import Any

import pytest

from review.statistics import FIGURES, Figure
from review.statistics.base import Binned
from review.statistics.counting import every
from review.statistics.diversity import Likeness, Verbs, Words
from review.statistics.lengths import EDGES, Lengths
from review.statistics.mix import Mix
from review.statistics.people import Decisions, People, half_of
from review.statistics.scores import Agreement, Scores
from tests.statistics_rows import Made


def counted(figure: Figure, *rows: Made) -> dict[str, Any]:
    for row in rows:
        figure.add(row)
    return figure.data()


def test_the_mix_counts_rows_beside_text() -> None:
    rows = [Made(output="长" * 90, source="金融"), Made(output="短" * 5), Made(output="短" * 5)]
    data = counted(Mix(), *rows)
    assert data["whole"] == [3, 100, None]
    assert data["by"]["source"] == {"names": 2, "top": [["茶", 2, 10, None], ["金融", 1, 90, None]]}


def test_the_mix_counts_tokens_where_every_row_has_them() -> None:
    assert counted(Mix(), Made(tokens=3), Made(tokens=4))["whole"][2] == 7
    assert counted(Mix(), Made(tokens=3), Made())["whole"][2] is None


def test_a_row_counts_in_each_of_its_domains_once() -> None:
    data = counted(Mix(), Made(domain=("茶", "水", "茶")), Made())["by"]["domain"]
    assert [[name, rows] for name, rows, *_ in data["top"]] == [["", 1], ["水", 1], ["茶", 1]]


def test_lengths_have_means_quantiles_and_bins() -> None:
    rows = [Made("问" * 4, "答" * length, "入") for length in (10, 12, 1000)]
    data = counted(Lengths(), *rows)
    assert (data["prompt"]["mean"], data["prompt"]["bins"]) == (5.0, [[5, 7, 3]])
    assert data["answer"]["max"] == 1000
    assert data["answer"]["quantiles"][1] == 12.0
    assert data["answer"]["bins"][0] == [10, 15, 2]
    assert data["answer"]["bins"][-1] == [1000, 1500, 1]


def test_lengths_are_told_source_by_source() -> None:
    rows = [
        Made("问", "答" * 2, source="a"),
        Made("问", "答" * 4, source="a"),
        Made("问" * 3, "答"),
    ]
    assert counted(Lengths(), *rows)["sources"] == [["a", 2, 1.0, 3.0, 4], ["茶", 1, 3.0, 1.0, 1]]


def test_what_is_longer_than_every_bin_is_in_the_last() -> None:
    data = counted(Lengths(), Made("问", "答" * (EDGES[-1] + 1)))
    assert data["answer"]["bins"] == [[EDGES[-2], EDGES[-1], 1]]


def test_bins_hold_their_lower_end_and_the_last_its_upper_end() -> None:
    binned = Binned(0.1, 1)
    for value in (0.3, 0.35, 1.0):
        binned.add(value)
    data = binned.data()
    assert data["bins"][0] == [0.3, 0.4, 2]
    assert data["bins"][-1] == [0.9, 1.0, 1]
    assert (data["values"], data["mean"], len(data["bins"])) == (3, 0.55, 7)


def test_scores_and_agreement_count_rows_that_have_them() -> None:
    rows = [Made(score=8.6, agreement=0.5), Made(score=10.0), Made()]
    assert counted(Scores(), *rows)["bins"][0] == [8.5, 9.0, 1]
    assert counted(Scores(), *rows)["values"] == 2
    assert counted(Agreement(), *rows)["bins"] == [[0.5, 0.6, 1]]


def test_people_are_told_by_role_and_share() -> None:
    rows = [
        Made(more={"people": people}) for people in (["annotator-1", "reviewer-9"], ["annotator-1"])
    ]
    data = counted(People(), *rows)
    assert data["annotator"] == {"people": 1, "half": 1, "top": [["annotator-1", 2]]}
    assert data["reviewer"]["top"] == [["reviewer-9", 1]]


@pytest.mark.parametrize(
    ("rows", "half"), [({}, 0), ({"a": 5}, 1), ({"a": 2, "b": 2, "c": 2, "d": 2}, 2)]
)
def test_half_of_the_work_is_done_by_so_many(rows: dict[str, int], half: int) -> None:
    assert half_of(Counter(rows)) == half


def test_decisions_tell_how_much_was_rewritten() -> None:
    original = {"ratio": 0.42, "reason": "wrong"}
    rows = [
        Made(more={"verdict": "rewrite", "originals": [original]}),
        Made(more={"verdict": "accept", "originals": []}),
    ]
    data = counted(Decisions(), *rows)
    assert data["verdicts"] == [["accept", 1], ["rewrite", 1]]
    assert data["reasons"] == [["wrong", 1]]
    assert data["edits"]["bins"] == [[0.4, 0.5, 1]]


def test_verbs_come_with_their_nouns() -> None:
    rows = [Made(), Made("写一首诗"), Made("写一篇文章"), Made("你好！")]
    data = counted(Verbs(), *rows)
    assert (data["found"], data["verbs"], data["pairs"]) == (3, 1, 2)
    assert data["top"] == [["写", 3, [["文章", 2], ["诗", 1]]]]


def test_distinct_n_is_counted_in_the_order_of_the_digests() -> None:
    rows = [Made(output="茶茶"), Made(output="水")]
    assert counted(Words(), *rows) == counted(Words(), *reversed(rows))


def test_distinct_n_stops_at_as_many_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.statistics.diversity.WORDS", 3)
    data = counted(
        Words(), Made(output="绿茶 红茶"), Made(output="清水 热水 冷水"), Made(output="冰")
    )
    assert data["answer"]["words"] == 3


def test_equal_rows_are_near() -> None:
    data = counted(Likeness(), Made(), Made(), Made("推荐五部电影", "一二三四五六七八九十"))
    assert data["near"] == 2
    assert data["diversity"] == pytest.approx(2 / 3, abs=0.05)


@pytest.mark.parametrize("figure", FIGURES)
def test_a_release_without_rows_has_figures_too(figure: type[Figure]) -> None:
    assert figure().data()


@pytest.mark.parametrize(
    ("rows", "most", "step"), [(0, 9, 1), (9, 9, 1), (10, 9, 2), (10, None, 1)]
)
def test_a_sample_is_every_so_manieth_row(rows: int, most: int | None, step: int) -> None:
    assert every(rows, most) == step


def test_what_it_counts_is_named() -> None:
    ids = [figure.id for figure in FIGURES]
    assert len(ids) == len(set(ids))
    assert all(str(figure.name) and str(figure.description) for figure in FIGURES)
