"""Merkle trees as in RFC 6962, section 2.1: one hash over many rows, and a short proof for each of them.

https://www.rfc-editor.org/rfc/rfc6962#section-2.1
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()


def leaf(data: bytes) -> bytes:
    """The hash of one entry, 32 bytes."""
    return sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """The hash over leaf hashes in their order; memory grows with the logarithm of their number."""
    waiting: list[tuple[int, bytes]] = []  # whole trees from the left, with their heights
    for one in leaves:
        height, hashed = 0, one
        while waiting and waiting[-1][0] == height:
            hashed = _node(waiting.pop()[1], hashed)
            height += 1
        waiting.append((height, hashed))
    if not waiting:
        return EMPTY
    whole = waiting.pop()[1]
    while waiting:
        whole = _node(waiting.pop()[1], whole)
    return whole


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of the leaf at `index`, from the bottom up. Raises IndexError where there is none."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    found: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        if index < middle:
            found.append(root(leaves[middle:high]))
            high = middle
        else:
            found.append(root(leaves[low:middle]))
            low = middle
    return found[::-1]


def is_in(leaf_hash: bytes, index: int, size: int, audit: Sequence[bytes], wanted: bytes) -> bool:
    """Whether the leaf is entry `index` of the `size` whose root is `wanted` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, hashed = index, size - 1, leaf_hash
    for beside in audit:
        if last == 0:
            return False
        if at & 1 or at == last:
            hashed = _node(beside, hashed)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            hashed = _node(hashed, beside)
        at >>= 1
        last >>= 1
    return last == 0 and hashed == wanted
