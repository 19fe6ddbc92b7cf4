import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from cqia.lib.segment import Tagged, keywords, parts_of_speech, words


def test_it_finds_words() -> None:
    assert words("我来到北京清华大学") == ["我", "来到", "北京", "清华大学"]


@pytest.mark.parametrize("text", ["", " \r\n\t", "A b\u3000\x00c\u200b", "３．１４％ 😀\n\n完。"])
def test_it_loses_nothing(text: str) -> None:
    assert "".join(words(text)) == text


def test_it_loses_nothing_of_any_text() -> None:
    draw = random.Random(3)
    ranges = [(0, 0x2FF), (0x2000, 0x206F), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0x1F300, 0x1FAFF)]
    for _ in range(500):
        text = "".join(chr(draw.randint(*draw.choice(ranges))) for _ in range(40))
        assert "".join(words(text)) == text, ascii(text)


def test_it_names_what_a_text_is_about() -> None:
    text = "量子计算利用量子叠加与量子纠缠。量子计算机尚在研制，纠错是难点。"
    assert keywords(text, 1) == ["量子"]


def test_it_tags_parts_of_speech() -> None:
    assert parts_of_speech("我爱北京") == [
        Tagged("我", "r"),
        Tagged("爱", "v"),
        Tagged("北京", "ns"),
    ]


def test_it_serves_many_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(keywords, ["人工智能改变教育，教育需要老师。"] * 40))
    assert all(one == found[0] for one in found)
    assert "教育" in found[0]
