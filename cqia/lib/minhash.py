"""Near duplicates: sets of character 5-grams, their likeness, and the keys by which like sets meet.

MinHash (Broder 1997) with banding (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, ch. 3):
two texts meet where all ROWS minima of one of BANDS bands are the same. Imports no Django.
"""

from collections.abc import Sequence

import numpy as np
import rensa
from numpy.typing import NDArray

from cqia.lib.grams import Hashes, grams
from cqia.lib.text import normalise

SIZE = 5  # characters of a gram
# Two texts as like as 0.8 meet with a chance of 0.991, as 0.6 with 0.71, as 0.1 with 0.0009.
BANDS, ROWS = 9, 4
BITS = 46  # of a key, so that whoever stores it has room for a number of their own before it
_SEED = 20240401
_ODD = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)


def chance(likeness: float, bands: int = BANDS, rows: int = ROWS) -> float:
    """How likely two sets of this Jaccard index are to meet in at least one band."""
    return 1 - (1 - likeness**rows) ** bands


def shingles(text: str) -> Hashes:
    """The set of the normalised text's 5-grams as sorted hashes.

    A text of fewer characters is one gram as a whole, so that it is like none but its equals; an
    empty text has none.
    """
    plain = normalise(text)
    if not plain:
        return np.zeros(0, np.uint64)
    found = np.sort(grams(plain, min(SIZE, len(plain))))
    distinct: Hashes = found[np.append(True, found[1:] != found[:-1])]
    return distinct


def jaccard(one: Hashes, other: Hashes) -> float:
    """The share of all their grams that both sets have, from 0 to 1; 0 where both are empty."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    either = len(one) + len(other) - shared
    return shared / either if either else 0.0


def band_keys(sets: Sequence[Hashes], salt: int) -> NDArray[np.int64]:
    """BANDS keys for each set, none of which may be empty; keys of another salt or band never meet."""
    if not sets:
        return np.zeros((0, BANDS), np.int64)
    rows = minima(sets, BANDS * ROWS).reshape(len(sets), BANDS, ROWS)
    return (banded(rows, salt) >> np.uint64(64 - BITS)).astype(np.int64)


def minima(sets: Sequence[Hashes], permutations: int) -> Hashes:
    """A signature of so many minima for each set: two agree in about the share that the sets' Jaccard
    index is. There must be a set, and none may be empty."""
    ends = np.cumsum([0, *map(len, sets)], dtype=np.uint64)
    matrix = rensa.RMinHash.digest_matrix_from_flat_token_hashes(
        np.concatenate(sets), ends, permutations, _SEED
    )
    return np.array(matrix.to_rows(), np.uint64)


def banded(signatures: Hashes, salt: int = 0) -> Hashes:
    """A key of 64 bits for each band of (sets, bands, rows) minima; those of another salt or band
    never meet."""
    bands, rows = signatures.shape[1:]
    start = (salt * bands + np.arange(bands)).astype(np.uint64)
    keys = np.broadcast_to(_mixed((start + np.uint64(1)) * _ODD), signatures.shape[:2])
    for row in range(rows):
        keys = _mixed((keys + signatures[:, :, row]) * _ODD)
    return keys


def _mixed(keys: Hashes) -> Hashes:
    keys = (keys ^ (keys >> np.uint64(30))) * _MIX
    return keys ^ (keys >> np.uint64(27))
