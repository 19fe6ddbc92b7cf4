import pytest

from cqia.lib.ranges import Unsatisfiable, asked


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", range(0, 1)),
        ("bytes=0-99", range(100)),
        ("bytes=0-100", range(100)),  # the end is cut to what there is
        ("bytes=99-", range(99, 100)),
        ("bytes=10-19", range(10, 20)),
        ("bytes=-1", range(99, 100)),
        ("bytes=-200", range(100)),
        ("BYTES= 10-19 ", range(10, 20)),
    ],
)
def test_it_reads_one_range(header: str, part: range) -> None:
    assert asked(header, 100) == part


@pytest.mark.parametrize(
    "header",
    [
        *("", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1", "bytes=--1", "bytes=20-10"),
        *("bytes=0-1,3-4", "items=0-1", "bytes=٠-٩", "bytes=" + "9" * 5000 + "-"),
    ],
)
def test_it_sends_all_where_it_cannot_follow(header: str) -> None:
    assert asked(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", f"bytes={10**17}-"])
def test_it_says_where_nothing_lies_in_the_range(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        asked(header, 100)


def test_an_empty_file_has_no_range() -> None:
    with pytest.raises(Unsatisfiable):
        asked("bytes=0-", 0)
