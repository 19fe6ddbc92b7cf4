"""Which words stand in texts, counted at the speed of arrays. Imports no Django.

Segmenting a text costs three times the whole of a prediction. So jieba says what is a word, once, on
the texts that people have decided on; where those words stand is then found by their characters.
A word also counts where its characters merely meet, as 中国 does in 其中国家.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cqia.lib import segment

SHORTEST, LONGEST = 2, 4  # characters of a word
CAP = 30_000  # words, those in most texts (ours)
LEAST = 2  # texts that a word must stand in (ours)
LOOKED_AT = 2000  # characters of a prompt, and of its answers together

_BETWEEN = (
    "\U0010ffff"  # of no text, so no word reaches over it; not NUL, which adds nothing to a key
)
_BITS = 18
_BASE = np.uint32(0x9E3779B1)  # odd, so that powers of it keep every bit
_MIX = np.uint32(0x85EBCA6B)
_SHIFT = np.uint32(32 - _BITS)

Side = tuple[str, str]  # a prompt, and its answers as one text
Keys = NDArray[np.uint32]
Places = NDArray[np.int64]
Floats = NDArray[np.float64]


class Hits(NamedTuple):
    """Each place where a word stands: in which text, and its column. Prompts' columns come first."""

    rows: Places
    columns: Places
    share: Floats  # what one hit counts in each text: 1 / √ its hits, so that length tells little


@dataclass(frozen=True)
class Vocabulary:
    words: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many columns: each word's in the prompt, then each word's in the answers."""
        return 2 * len(self.words)

    @cached_property
    def _table(self) -> tuple[NDArray[np.bool_], Keys, NDArray[np.int32]]:
        """By slot: whether a word is there, its key, its number."""
        taken = np.zeros(1 << _BITS, np.bool_)
        keys, numbers = np.zeros(1 << _BITS, np.uint32), np.zeros(1 << _BITS, np.int32)
        slots, own = _slots_of(self.words)
        taken[slots], keys[slots], numbers[slots] = True, own, np.arange(len(self.words))
        return taken, keys, numbers

    def hits(self, sides: Sequence[Side]) -> Hits:
        """Where the words stand in these texts; of some hundred at once it is fastest."""
        parts = [part[:LOOKED_AT] for side in sides for part in side]
        points = _points(_BETWEEN.join(parts))
        part_of = np.repeat(np.arange(len(parts)), [len(part) + 1 for part in parts])
        found = [self._standing(keys) for keys in _runs(points)]
        places = np.concatenate([place for place, _ in found])
        columns = np.concatenate([number for _, number in found])
        part = part_of[places]
        rows = part >> 1
        total = np.bincount(rows, minlength=len(sides))
        return Hits(rows, columns + len(self.words) * (part & 1), 1 / np.sqrt(np.maximum(total, 1)))

    def _standing(self, keys: Keys) -> tuple[Places, Places]:
        """The places at which a word begins, and its number."""
        taken, known, numbers = self._table
        slots = (keys * _MIX) >> _SHIFT
        places = np.flatnonzero(taken[slots])
        slots = slots[places]
        same = known[slots] == keys[places]
        return places[same], numbers[slots[same]].astype(np.int64)


def learn(sides: Iterable[Side]) -> Vocabulary:
    """The words of these texts, those that stand in most of them first.

    A word whose slot a more frequent one has is left out, about one of twenty at the cap.
    """
    counts: Counter[str] = Counter()
    for prompt, answers in sides:
        text = f"{prompt[:LOOKED_AT]}\n{answers[:LOOKED_AT]}"
        counts.update({word for word in segment.words(text) if _is_word(word)})
    common = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:CAP]
    words = tuple(word for word, count in common if count >= LEAST)
    slots, _ = _slots_of(words)
    _, first = np.unique(slots, return_index=True)
    return Vocabulary(tuple(words[at] for at in np.sort(first)))


def _is_word(word: str) -> bool:
    return SHORTEST <= len(word) <= LONGEST and word.isalnum() and not word.isdigit()


def _points(text: str) -> Keys:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _runs(points: Keys) -> Iterable[Keys]:
    """The keys of all runs of SHORTEST to LONGEST characters: polynomials modulo 2^32."""
    keys = points
    for size in range(2, LONGEST + 1):
        keys = keys[:-1] * _BASE + points[size - 1 :]
        if size >= SHORTEST:
            yield keys


def _slots_of(words: Sequence[str]) -> tuple[NDArray[np.uint32], Keys]:
    """The slot and the key of each word."""
    keys = np.zeros(len(words), np.uint32)
    sizes = np.array([len(word) for word in words], np.int64)
    for size in range(SHORTEST, LONGEST + 1):
        places = np.flatnonzero(sizes == size)
        points = _points("".join(words[at] for at in places.tolist())).reshape(len(places), size)
        own = np.zeros(len(places), np.uint32)
        for at in range(size):
            own = own * _BASE + points[:, at]
        keys[places] = own
    return (keys * _MIX) >> _SHIFT, keys
