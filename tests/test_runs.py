import random

import pytest

from cqia.lib.runs import longest_common_run


@pytest.mark.parametrize(
    ("one", "other", "run"),
    [
        ("绿茶不宜用沸水冲泡", "因此绿茶不宜用开水", "绿茶不宜用"),
        ("abc", "xyz", ""),
        ("", "茶", ""),
        ("茶", "茶", "茶"),
        ("ab茶ab", "ab", "ab"),
        ("𠮷野家𠮷", "在𠮷野家", "𠮷野家"),
    ],
)
def test_it_finds_the_longest_run(one: str, other: str, run: str) -> None:
    assert longest_common_run(one, other) == run


def brute(one: str, other: str) -> str:
    runs = (one[begin:end] for begin in range(len(one)) for end in range(begin + 1, len(one) + 1))
    return max((run for run in runs if run in other), key=len, default="")


def test_it_finds_what_trying_all_finds() -> None:
    draw = random.Random(4)
    for _ in range(500):
        one, other = ("".join(draw.choices("茶a水", k=draw.randint(0, 12))) for _ in range(2))
        assert longest_common_run(one, other) == brute(one, other)


def test_a_text_against_itself_is_one_run() -> None:
    text = "茶" * 5_000 + "水"
    assert longest_common_run(text, text) == text
