"""The longest run of characters that two texts have in common. Imports no Django."""

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that powers of it keep every bit


def longest_common_run(one: str, other: str) -> str:
    """The longest text that stands in both without a gap; the first in `one` of equally long ones.

    Two runs of one length are told apart by polynomial hashes modulo 2^64 (Karp and Rabin 1987), and
    the length is found by bisection: what has a common run of 9 has one of 8. About n log n in
    the characters of both; what the hashes find is compared as text.
    """
    first, second = _Text(one), _Text(other)
    low, high, at = 0, min(len(one), len(other)), 0
    while low < high:
        size = (low + high + 1) // 2
        place = _common(first, second, size)
        if place is None:
            high = size - 1
        else:
            low, at = size, place
    return one[at : at + low]


class _Text:
    """A text with the running sums of its characters' hashes, of which each run's hash is a difference."""

    def __init__(self, text: str) -> None:
        self.text = text
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        self.powers = np.concatenate(
            ([np.uint64(1)], np.multiply.accumulate(np.full(len(points), _BASE, np.uint64)))
        )
        terms = (points.astype(np.uint64) + np.uint64(1)) * self.powers[:-1]
        self.sums = np.concatenate(([np.uint64(0)], np.add.accumulate(terms)))

    def runs(self, size: int, scale: int) -> Hashes:
        """The hash of each run of `size` characters; texts are compared at one `scale`, the longer's."""
        sums = self.sums[size:] - self.sums[:-size]
        shift = np.arange(scale, scale - len(sums), -1)
        hashes: Hashes = sums * _power(shift)
        return hashes


def _power(exponents: NDArray[np.int64]) -> Hashes:
    """Powers of the base, which fall by one from the first on."""
    steps = np.full(len(exponents), _BASE, np.uint64)
    low = pow(int(_BASE), int(exponents[-1]), 2**64)
    steps[0] = np.uint64(low)
    rising: Hashes = np.multiply.accumulate(steps)
    return rising[::-1]


def _common(first: _Text, second: _Text, size: int) -> int | None:
    """Where in the first text a run of this length begins that the second has too."""
    scale = max(len(first.text), len(second.text))
    mine, theirs = first.runs(size, scale), second.runs(size, scale)
    for place in np.flatnonzero(np.isin(mine, theirs)):
        if first.text[place : place + size] in second.text:
            return int(place)
    return None
