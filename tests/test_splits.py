"""Groups that stay together, and which split each goes to."""

import random
from itertools import pairwise

from review.splits import assign, groups


def together(alike: list[tuple[bytes, bytes]]) -> set[frozenset[bytes]]:
    sets: dict[bytes, set[bytes]] = {}
    for row, root in groups(alike).items():
        sets.setdefault(root, set()).add(row)
    return {frozenset(rows) for rows in sets.values()}


def test_it_joins_what_is_connected() -> None:
    assert together([(b"a", b"b"), (b"c", b"d"), (b"b", b"e")]) == {
        frozenset((b"a", b"b", b"e")),
        frozenset((b"c", b"d")),
    }


def test_it_joins_a_long_chain_in_any_order() -> None:
    names = [bytes([n // 250, n % 250]) for n in range(5000)]
    pairs = list(pairwise(names))
    random.Random(1).shuffle(pairs)
    assert together(pairs) == {frozenset(names)}


def test_it_joins_nothing_of_nothing() -> None:
    assert groups([]) == {}


def test_it_fills_each_split_up_to_its_share() -> None:
    sizes = [(bytes([n]), 1) for n in range(100)]
    placed = assign(sizes, {"test": 0.1, "validation": 0.05}, 100)
    assert list(placed.values()) == ["test"] * 10 + ["validation"] * 5


def test_it_reads_no_further_than_it_must() -> None:
    sizes = iter([(bytes([n]), 1) for n in range(100)])
    assign(sizes, {"test": 0.1}, 100)
    assert len(list(sizes)) == 90


def test_it_leaves_a_group_for_training_that_is_too_large() -> None:
    placed = assign([(b"a", 60), (b"b", 1), (b"c", 39)], {"test": 0.02}, 100)
    assert placed == {b"b": "test"}


def test_it_misses_a_share_by_half_a_group_at_most() -> None:
    placed = assign([(b"a", 3), (b"b", 3), (b"c", 3), (b"d", 91)], {"test": 0.05}, 100)
    assert placed == {b"a": "test", b"b": "test"}
