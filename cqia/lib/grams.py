"""Hashed character n-grams: what two texts share, without keeping either. Imports no Django."""

import re

import numpy as np
from numpy.typing import NDArray

from cqia.lib.text import normalise

Hashes = NDArray[np.uint64]

_NO_LETTER = re.compile(r"[\W_]+")
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that powers of it keep every bit
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def letters(text: str) -> str:
    """Han characters, letters and digits alone, widths and cases folded: what is left when the same
    text is typed, spaced or punctuated otherwise."""
    return _NO_LETTER.sub("", normalise(text).casefold())


def grams(text: str, size: int) -> Hashes:
    """The hashes of all runs of `size` characters, in order, n - size + 1 of them (none of a shorter text).

    A polynomial over the code points modulo 2^64, mixed by the finaliser of SplitMix64 (Steele, Lea
    and Flood 2014), so that any of the bits may be used.
    """
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    count = len(points) - size + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    hashes = np.zeros(count, np.uint64)
    for place in range(size):
        hashes = hashes * _BASE + points[place : place + count]
    return _mixed(hashes)


def _mixed(hashes: Hashes) -> Hashes:
    hashes = (hashes ^ (hashes >> np.uint64(30))) * _MIX[0]
    hashes = (hashes ^ (hashes >> np.uint64(27))) * _MIX[1]
    return hashes ^ (hashes >> np.uint64(31))
