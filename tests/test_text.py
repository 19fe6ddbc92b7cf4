import random
import unicodedata

import pytest

from cqia.lib.text import (
    characters,
    excerpt,
    fingerprint,
    han,
    han_ratio,
    normalise,
    strip_nul,
)


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("ＡＢＣ，１２３", "ABC,123"),
        ("ｶﾞ", "ガ"),
        ("你好\r\n\r\n世界\u3000！", "你好 世界 !"),
        ("  两头\t空白\n", "两头 空白"),
        ("零\u200b宽\ufeff字\u2060符\x00", "零宽字符"),
        ("e\u200b\u0301", "é"),
        ("Case Stays", "Case Stays"),
        ("", ""),
    ],
)
def test_it_folds_what_reads_the_same(text: str, identity: str) -> None:
    assert normalise(text) == identity


def test_it_is_nfkc_whatever_comes_before_it() -> None:
    draw = random.Random(11)
    for _ in range(2000):
        text = "".join(draw.choice("，：（…～．\u3000\xa0①ａe\u0301\u3099か国") for _ in range(8))
        assert normalise(text) == " ".join(unicodedata.normalize("NFKC", text).split()), ascii(text)


def test_it_changes_nothing_the_second_time() -> None:
    draw = random.Random(7)
    ranges = [(0x20, 0x2FF), (0x300, 0x36F), (0x2000, 0x206F), (0x3000, 0x33FF), (0xFE00, 0xFFEF)]
    for _ in range(2000):
        text = "".join(chr(draw.randint(*draw.choice(ranges))) for _ in range(12))
        assert normalise(normalise(text)) == normalise(text), ascii(text)


def test_it_prints_the_same_parts_alike() -> None:
    assert fingerprint("问", "答") == fingerprint("问", "答")
    assert len(fingerprint("问", "答")) == 16


@pytest.mark.parametrize("other", [("ab", "c"), ("abc",), ("a", "bc", ""), ("bc", "a")])
def test_it_tells_parts_from_their_join(other: tuple[str, ...]) -> None:
    assert fingerprint("a", "bc") != fingerprint(*other)


def test_it_prints_a_lone_surrogate() -> None:
    assert len(fingerprint("\ud800")) == 16


def test_it_counts_characters_without_white_space() -> None:
    assert characters(" 你 好\n\u3000world\t") == 7


def test_it_counts_han_of_every_plane() -> None:
    assert han("々〇一龥㐀豈𠀀，。aé") == 7


@pytest.mark.parametrize(
    ("text", "ratio"), [("你好ab", 0.5), ("你 好\n", 1.0), ("，。", 0.0), ("", 0.0), (" \n", 0.0)]
)
def test_it_measures_the_share_of_han(text: str, ratio: float) -> None:
    assert han_ratio(text) == ratio


def test_it_strips_nul_only() -> None:
    assert strip_nul("a\x00b\x01\n\x00") == "ab\x01\n"


@pytest.mark.parametrize(
    ("text", "length", "shown"),
    [
        ("短文", 10, "短文"),
        ("正好五个字", 5, "正好五个字"),
        ("这里有六个字", 5, "这里有六…"),
        ("换\n\n行  折叠", 20, "换 行 折叠"),
        ("a" + " " * 1000 + "b", 5, "a…"),
        ("ab cdef", 4, "ab…"),
    ],
)
def test_it_shows_the_beginning(text: str, length: int, shown: str) -> None:
    assert excerpt(text, length) == shown
