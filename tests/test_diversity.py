"""What instructions ask for, distinct-n and likeness, on cases counted by hand."""

import numpy as np
import pytest

from cqia.lib.diversity import Distinct, alikeness, distinct, spoken, verb_and_noun
from cqia.lib.minhash import jaccard, minima, shingles


@pytest.mark.parametrize(
    ("instruction", "asked"),
    [
        ("请写一篇关于茶的文章", ("写", "文章")),
        ("解释成语的意思。", ("解释", "意思")),
        ("翻译下面的句子：春眠不觉晓", ("翻译", "句子")),
        ("推荐五部电影", ("推荐", "电影")),
        ("根据以下问题，写一份详细的回答", ("写", "回答")),
        ("以“春天的火锅怎么吃”为标题写一篇小红书风格的帖子", ("写", "帖子")),
        ("请写出一篇吸引人的内容简介", ("写出", "内容简介")),
        ("介绍一下《爱的教育》的作者", ("介绍", "作者")),
    ],
)
def test_it_finds_what_is_to_be_done_and_to_what(instruction: str, asked: tuple[str, str]) -> None:
    assert verb_and_noun(instruction) == asked


@pytest.mark.parametrize("instruction", ["", "是什么？", "你好！", "Write a poem.", "《爱的教育》"])
def test_it_finds_nothing_where_nothing_is_asked_for(instruction: str) -> None:
    assert verb_and_noun(instruction) is None


def test_a_noun_belongs_to_the_verb_of_its_own_clause() -> None:
    assert verb_and_noun("思考一下，文章怎么样？") is None


def test_it_looks_at_the_beginning_only() -> None:
    assert verb_and_noun("，" * 300 + "写一篇文章") is None


def test_spoken_words_are_those_with_letters_or_digits() -> None:
    assert "".join(spoken("绿茶，不宜 3 次！")) == "绿茶不宜3次"


def test_distinct_n_is_counted_over_all_texts_together() -> None:
    texts = [["a", "b", "a"], ["a", "b"]]
    assert distinct(texts, 1) == Distinct(2, 5)
    assert distinct(texts, 2) == Distinct(2, 3)  # ab, ba; none spans the two texts
    assert distinct(texts, 3).share == 1.0


def test_distinct_n_of_nothing_is_nought() -> None:
    assert distinct([["a"], []], 2) == Distinct(0, 0)
    assert Distinct(0, 0).share == 0.0


def test_equal_texts_are_wholly_alike_and_unlike_ones_not_at_all() -> None:
    sets = [
        shingles(text)
        for text in ("绿茶不宜用沸水冲泡", "绿茶不宜用沸水冲泡", "明天的天气会怎么样呢")
    ]
    found = alikeness(sets)
    assert found.nearest.tolist() == [1.0, 1.0, 0.0]
    assert found.mean == pytest.approx(1 / 3)


def test_likeness_is_estimated_within_its_error() -> None:
    one, other = (
        shingles("".join(map(chr, range(0x4E00 + at, 0x4E00 + at + 300)))) for at in (0, 100)
    )
    estimated = alikeness([one, other])
    assert estimated.nearest[0] == pytest.approx(jaccard(one, other), abs=0.12)
    assert estimated.mean == pytest.approx(float(estimated.nearest[0]))


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_is_like_what_stands_alone(count: int) -> None:
    assert alikeness([shingles("茶")] * count).nearest.tolist() == [0.0] * count


def test_a_signature_has_as_many_minima_as_asked_for() -> None:
    found = minima([shingles("绿茶"), shingles("红茶")], 7)
    assert found.shape == (2, 7)
    assert found.dtype == np.uint64
