import pytest

from review.numbering import parsed, patched, proposed


@pytest.mark.parametrize(
    ("previous", "added", "removed", "version"),
    [
        ("", 5, 0, "1.0.0"),
        ("1.2.3", 0, 0, "1.2.4"),  # texts at most
        ("1.2.3", 1, 0, "1.3.0"),
        ("1.2.3", 1, 1, "2.0.0"),
        ("1.9.9", 0, 1, "2.0.0"),
    ],
)
def test_rows_that_came_and_went_decide(
    previous: str, added: int, removed: int, version: str
) -> None:
    assert proposed(previous, added, removed) == version


def test_a_patch_counts_the_last_number() -> None:
    assert patched("2.0.9") == "2.0.10"


@pytest.mark.parametrize("version", ["1.0", "v1.0.0", "01.0.0", "1.0.0-rc", "", "1.0.0.0"])
def test_what_is_no_version_is_told(version: str) -> None:
    assert parsed(version) is None
