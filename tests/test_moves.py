import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cqia.lib.diff import Op, diff, render_html, summary
from cqia.lib.moves import Run, Token, with_moves

TEA = "绿茶不宜用沸水冲泡。"
RAIN = "晚上下雨，记得带伞。"
BOOK = "图书馆周末不开门。"


def run(op: str, text: str) -> Run:
    """A run of tokens of one character each."""
    return Run(op, [Token(character, character) for character in text])  # type: ignore[arg-type]


def shown(runs: list[Run]) -> list[tuple[str, str]]:
    return [(op, "".join(token.text for token in tokens)) for op, tokens in runs if tokens]


def test_a_sentence_that_changes_its_place_moves() -> None:
    assert diff(TEA + RAIN * 2, RAIN * 2 + TEA) == [
        Op("from", TEA),
        Op("same", RAIN * 2),
        Op("to", TEA),
    ]


def test_a_mark_goes_along_with_what_moved() -> None:
    runs = [run("del", "绿茶不宜沸水。甲"), run("same", "中"), run("ins", "。乙绿茶不宜沸水")]
    assert shown(with_moves(runs)) == [
        ("from", "绿茶不宜沸水"),
        ("from", "。"),
        ("del", "甲"),
        ("same", "中"),
        ("to", "。"),
        ("ins", "乙"),
        ("to", "绿茶不宜沸水"),
    ]


def test_marks_alone_are_no_move() -> None:
    runs = [run("del", "。"), run("same", "中"), run("ins", "。")]
    assert shown(with_moves(runs)) == shown(runs)


@given(st.permutations([TEA, RAIN, BOOK, "面试的时候不要紧张。", "天空散射蓝光。"]))
def test_sentences_in_another_order_are_all_moves(order: list[str]) -> None:
    old = "".join(sorted(order))
    found = summary(diff(old, "".join(order)))
    assert (found.inserted, found.deleted) == (0, 0)


def test_it_marks_a_move_without_green_and_red() -> None:
    html = render_html([Op("to", "茶<"), Op("same", "水"), Op("from", "茶<")])
    assert html == '<ins class="moved">茶&lt;</ins>水<del class="moved">茶&lt;</del>'


def test_what_was_changed_beside_a_move_is_told_apart() -> None:
    runs = [run("del", "甲绿茶不宜沸水乙"), run("same", "中"), run("ins", "丙绿茶不宜沸水丁")]
    assert shown(with_moves(runs)) == [
        ("del", "甲"),
        ("from", "绿茶不宜沸水"),
        ("del", "乙"),
        ("same", "中"),
        ("ins", "丙"),
        ("to", "绿茶不宜沸水"),
        ("ins", "丁"),
    ]


@pytest.mark.parametrize("short", ["绿茶不宜沸", "。。。。。。。。", "，—“”；；"])
def test_a_few_words_used_again_are_no_move(short: str) -> None:
    runs = [run("del", short), run("same", "中"), run("ins", short)]
    assert shown(with_moves(runs)) == shown(runs)


def test_what_went_once_comes_once() -> None:
    runs = [run("del", "绿茶不宜沸水"), run("ins", "绿茶不宜沸水绿茶不宜沸水")]
    assert shown(with_moves(runs)) == [
        ("from", "绿茶不宜沸水"),
        ("to", "绿茶不宜沸水"),
        ("ins", "绿茶不宜沸水"),
    ]


def test_the_longest_of_several_places_is_taken() -> None:
    runs = [
        run("del", "绿茶不宜沸水"),
        run("del", "绿茶不宜沸水冲泡"),
        run("ins", "绿茶不宜沸水冲泡"),
    ]
    assert shown(with_moves(runs)) == [
        ("del", "绿茶不宜沸水"),
        ("from", "绿茶不宜沸水冲泡"),
        ("to", "绿茶不宜沸水冲泡"),
    ]


@pytest.mark.parametrize(
    ("gone", "come"), [("。" * 20_000, "。" * 19_000), ("哈" * 15_000, "哈" * 24_000)]
)
def test_it_ends_in_time_where_all_is_the_same(gone: str, come: str) -> None:
    begun = time.perf_counter()
    with_moves([run("del", gone), run("same", "中"), run("ins", come)])
    assert time.perf_counter() - begun < 30  # seconds; without a limit, hours
