import pytest

from cqia.lib.likeness import of_rankings, of_texts


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("绿茶不宜用沸水", "绿茶不宜用沸水", 1.0),
        ("绿茶，不宜用 沸水。", "绿茶不宜用沸水", 1.0),  # punctuation and space do not count
        ("ＡＢＣＤ", "abcd", 1.0),  # nor do width and case
        ("绿茶不宜用沸水", "红茶可用开水冲", 0.0),
        ("一二三四五", "一二三四六", 0.5),  # 一二三 and 二三四 of the two, 三四五, 三四六
        ("好", "好。", 1.0),
        ("好", "坏", 0.0),
        ("", "一二三", 0.0),
    ],
)
def test_texts_are_as_alike_as_the_runs_they_share(one: str, other: str, likeness: float) -> None:
    assert of_texts(one, other) == of_texts(other, one) == pytest.approx(likeness)


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ([[1], [2], [3]], [[1], [2], [3]], 1.0),
        ([[1], [2], [3]], [[3], [2], [1]], 0.0),
        ([[1], [2], [3]], [[2], [1], [3]], 2 / 3),
        ([[1, 2], [3]], [[1], [2], [3]], 5 / 6),  # a tie against an order counts half
        ([[1, 2]], [[2, 1]], 1.0),
        ([[1], [2]], [[2], [9], [1]], 0.0),  # what only one of them ranks does not count
        ([[1]], [[1]], 1.0),
        ([], [], 1.0),
    ],
)
def test_rankings_are_as_alike_as_the_pairs_they_order_alike(
    one: list[list[int]], other: list[list[int]], likeness: float
) -> None:
    assert of_rankings(one, other) == of_rankings(other, one) == pytest.approx(likeness)
