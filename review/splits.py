"""Splits that do not leak: rows that belong together go into one split. Pure: no database."""

from collections.abc import Iterable, Mapping


def groups(alike: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Every row that is like another, by its key, with the key that stands for its group: all that are
    connected, over however many others (union by size, path halving)."""
    parent: dict[bytes, bytes] = {}
    size: dict[bytes, int] = {}
    for one, other in alike:
        a, b = _root(parent, one), _root(parent, other)
        if a == b:
            continue
        if size.get(a, 1) < size.get(b, 1):
            a, b = b, a
        parent[b] = a
        size[a] = size.get(a, 1) + size.pop(b, 1)
    return {row: _root(parent, row) for row in list(parent)}


def _root(parent: dict[bytes, bytes], row: bytes) -> bytes:
    above = parent.setdefault(row, row)
    while above != row:
        parent[row] = above = parent[above]
        row, above = above, parent[above]
    return row


def assign(
    sizes: Iterable[tuple[bytes, int]], wanted: Mapping[str, float], rows: int
) -> dict[bytes, str]:
    """Into which split each group goes that goes not into training: those of `wanted` are filled one
    after the other, in the order of `sizes`, each up to its share of `rows`.

    A group goes in where half of it at least still fits, so a share is missed by half a group at most
    where groups are left; reads no further than it must.
    """
    left = {name: rows * share for name, share in wanted.items()}
    placed: dict[bytes, str] = {}
    for group, size in sizes:
        for name, room in left.items():
            if room >= size / 2:
                placed[group] = name
                left[name] -= size
                break
        if all(room < 0.5 for room in left.values()):
            break
    return placed
