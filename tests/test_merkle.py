"""Merkle trees as in RFC 6962; the entries and roots are those of Certificate Transparency's own tests."""

import pytest

from cqia.lib import merkle

ENTRIES = [
    bytes.fromhex(one)
    for one in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def leaves(number: int) -> list[bytes]:
    return [merkle.leaf(number.to_bytes(2)) for number in range(number)]


@pytest.mark.parametrize(("number", "root"), ROOTS.items())
def test_it_gives_the_published_roots(number: int, root: str) -> None:
    assert merkle.root(merkle.leaf(entry) for entry in ENTRIES[:number]).hex() == root


@pytest.mark.parametrize("size", [*range(1, 20), 63, 64, 65])
def test_every_leaf_is_proven_and_no_other(size: int) -> None:
    every = leaves(size)
    root = merkle.root(every)
    for index, leaf in enumerate(every):
        path = merkle.path(every, index)
        assert merkle.is_in(leaf, index, size, path, root)
        assert not merkle.is_in(merkle.leaf(b"other"), index, size, path, root)
        assert not merkle.is_in(leaf, (index + 1) % size, size, path, root) or size == 1


def test_a_proof_that_was_cut_or_lengthened_holds_no_more() -> None:
    every = leaves(11)
    root, path = merkle.root(every), merkle.path(every, 4)
    assert not merkle.is_in(every[4], 4, 11, path[:-1], root)
    assert not merkle.is_in(every[4], 4, 11, [*path, path[0]], root)
    assert not merkle.is_in(every[4], 11, 11, path, root)


def test_there_is_no_path_for_a_leaf_that_is_not_there() -> None:
    with pytest.raises(IndexError):
        merkle.path(leaves(3), 3)
