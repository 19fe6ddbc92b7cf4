"""What a mixture takes of what there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.composition import Mixture
from review.mixtures import Have, plan, quotas


def mixed(
    parts: dict[str, float], there: dict[str, int], **options: object
) -> dict[str, tuple[int, ...]]:
    mixture = Mixture(by="source", parts=tuple(sorted(parts.items())), **options)  # type: ignore[arg-type]
    have = {name: Have(count, count) for name, count in there.items()}
    return {one.name: (one.asked, one.full, one.rest, one.lacks) for one in plan(mixture, have)}


def test_it_shares_out_by_largest_remainder() -> None:
    assert quotas({"a": 41, "b": 29, "c": 17, "d": 13}, 20) == {"a": 8, "b": 6, "c": 3, "d": 3}


def test_it_gives_equal_remainders_to_the_first_name() -> None:
    assert quotas({"b": 1, "a": 1, "c": 1}, 10) == {"a": 4, "b": 3, "c": 3}


@given(
    st.dictionaries(st.text("abcdef", min_size=1), st.floats(0.01, 1000), min_size=1),
    st.integers(0, 10**9),
)
def test_it_shares_out_all_of_it(amounts: dict[str, float], total: int) -> None:
    shares = quotas(amounts, total)
    assert sum(shares.values()) == total
    weight = sum(amounts.values())
    assert all(abs(shares[name] - total * amounts[name] / weight) <= 1.01 for name in amounts)


def test_it_takes_the_most_that_no_part_lacks_where_no_total_is_given() -> None:
    assert mixed({"a": 3, "b": 1}, {"a": 60, "b": 100}) == {"a": (60, 1, 0, 0), "b": (20, 0, 20, 0)}


def test_it_takes_rows_more_than_once_where_it_may() -> None:
    taken = mixed({"a": 1, "b": 1}, {"a": 40, "b": 100}, total=200, most_copies=3)
    assert taken == {"a": (100, 2, 20, 0), "b": (100, 1, 0, 0)}


def test_it_says_what_is_lacking() -> None:
    taken = mixed({"a": 1, "b": 1}, {"a": 40, "b": 100}, total=200)
    assert taken == {"a": (100, 1, 0, 60), "b": (100, 1, 0, 0)}


def test_it_takes_sizes_as_they_are() -> None:
    assert mixed({"a": 7, "b": 30}, {"a": 40, "b": 20}, sizes=True) == {
        "a": (7, 0, 7, 0),
        "b": (30, 1, 0, 10),
    }


def test_it_lacks_all_of_a_part_that_is_not_there() -> None:
    assert mixed({"a": 1, "b": 1}, {"a": 4}, total=8) == {"a": (4, 1, 0, 0), "b": (4, 0, 0, 4)}


@pytest.mark.parametrize("copies", [1, 2])
def test_it_takes_nothing_where_a_part_is_empty_and_no_total_is_given(copies: int) -> None:
    taken = mixed({"a": 1, "b": 1}, {"a": 4}, most_copies=copies)
    assert taken == {"a": (0, 0, 0, 0), "b": (0, 0, 0, 0)}


def test_it_tells_how_often_a_row_comes() -> None:
    [part] = plan(Mixture("source", (("a", 100.0),), sizes=True, most_copies=3), {"a": Have(9, 40)})
    assert part.repeats == 2.5
