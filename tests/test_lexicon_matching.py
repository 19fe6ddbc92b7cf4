"""Words of a lexicon in a text, confirmed on word boundaries."""

import time

import pytest

from cqia.lib.lexicon import Hit, Matcher, plain

WORDS = ("赌博", "网络赌博", "天平", "棋牌 室", "QQ", "sex")


def hits(text: str, *words: str) -> list[Hit]:
    return Matcher(words or WORDS).hits(text)


def pieces(text: str, *words: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in hits(text, *words)]


def test_it_finds_a_word_with_its_place() -> None:
    assert hits("他沉迷赌博。") == [Hit(3, 5, "赌博")]


@pytest.mark.parametrize(
    "text",
    [
        "今天平安无事",  # 今天 | 平安
        "今天去赌\n博物馆",  # a line end parts
        "他赌，博了一把",  # so does a comma
        "an essex road",
        "x as sexual y",
        "赌      博",  # too far apart
    ],
)
def test_it_takes_no_piece_of_another_word(text: str) -> None:
    assert hits(text) == []


@pytest.mark.parametrize(
    "text", ["赌 博", "赌*博", "赌\u200b博", "赌·博", "赌_-博", "Ｑｑ", "ＳＥＸ", "棋牌室"]
)
def test_it_sees_through_width_case_and_separators(text: str) -> None:
    assert pieces(f"这是 {text} 吗") == [text]


def test_it_counts_the_longer_of_two_words_at_a_place() -> None:
    assert pieces("不要网络赌博，不要赌博") == ["网络赌博", "赌博"]


def test_it_names_the_word_as_it_was_given() -> None:
    assert hits("去棋牌室")[0].word == "棋牌 室"


def test_places_hold_among_pictures_and_rare_letters() -> None:
    assert pieces("😀İ赌 博😀") == ["赌 博"]
    assert pieces("Ｑ１～＊－，赌 博") == ["赌 博"]


def test_it_finds_nothing_by_no_words() -> None:
    assert Matcher([]).hits("赌博") == []
    assert Matcher(["", " - "]).hits("赌博 - ") == []


def test_one_word_has_one_plain_form() -> None:
    assert plain("Ｑ Ｑ") == plain("qq") == "qq"


def test_it_finds_many_words_without_a_finite_automaton() -> None:
    words = [chr(0x4E00 + n) + chr(0x5E00 + n) for n in range(3000)]
    assert pieces("他沉迷赌博。", *words, "赌博") == ["赌博"]


@pytest.mark.parametrize("piece", ["赌", "赌博", "赌 ", " ", "a"])
def test_no_text_makes_it_slow(piece: str) -> None:
    start = time.perf_counter()
    hits(piece * (20_000 // len(piece)))
    assert time.perf_counter() - start < 5
