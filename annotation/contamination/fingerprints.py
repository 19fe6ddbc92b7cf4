"""What is kept of a benchmark's item: hashes that tell it from others, and no word of it.

All sizes are ours. Character n-grams follow the n-gram overlap by which GPT-3 was checked (Brown et
al. 2020, appendix C: 13 words); 10 Han characters are about as rare.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from cqia.lib.grams import Hashes, grams, letters
from cqia.lib.minhash import banded

SIZE = 10  # characters of an n-gram
STEM = 4  # n-grams that a question alone must have, else its choices count, too
WITH_CHOICES = 12  # n-grams that question and choices together must have, else it is taken whole
SHORTEST = 8  # letters of an item that is taken whole; a shorter one tells nothing
PERMUTATIONS = 128
BANDS, ROWS = 32, 4  # two texts as like as 0.6 share a band with a chance of 0.988
_SHINGLE = 5  # characters, of MinHash
_LIKE = 20  # letters: of less, similarity says little
_SEED = 42

Signature = NDArray[np.uint32]

_QUESTION = ("question", "prompt", "instruction", "query")
_BEFORE = ("passage", "context", "input", "turns")
_CHOICES = ("choices", "options")
_LETTERED = ("A", "B", "C", "D", "E", "F")
_LABELS = ("id", "question_id", "_id")


@dataclass(frozen=True)
class Item:
    """What a benchmark asks: a passage, a question, and the choices where it has some."""

    label: str
    stem: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Fingerprint:
    label: str
    grams: Hashes
    signature: Signature  # empty where the item is too short to be like anything


def item_of(record: Mapping[str, Any], number: int) -> Item | None:
    """The item in a record of a benchmark's file; None where it asks nothing."""
    question = next(filter(None, (_text(record.get(name)) for name in _QUESTION)), "")
    before = [_text(record.get(name)) for name in _BEFORE]
    stem = "\n".join(part for part in (*before, question) if part)
    if not stem:
        return None
    given = next((record[name] for name in _CHOICES if record.get(name)), None)
    if given is None:
        given = [record.get(name) for name in _LETTERED]
    choices = given.values() if isinstance(given, dict) else given
    known = next((record[name] for name in _LABELS if record.get(name) is not None), number)
    return Item(str(known)[:120], stem, tuple(filter(None, map(_text, choices))))


def fingerprints(items: Iterable[Item]) -> Iterator[Fingerprint | None]:
    """Of each item, in order; None where it is too short to be told from any other text.

    A question that several items share word for word, such as “Which of these is right?”, tells
    nothing without its choices.
    """
    known = list(items)
    shared = Counter(letters(item.stem) for item in known)
    for item in known:
        yield _fingerprint(item, alone=shared[letters(item.stem)] == 1)


def signature_of(text: str) -> Signature:
    """MinHash of the character 5-grams of `letters` (PERMUTATIONS values); empty for a short text."""
    if len(text) < _LIKE:
        return np.zeros(0, np.uint32)
    # Not of the hashes that cqia.lib.minhash takes: registered items are kept as these values alone.
    sketch = RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    sketch.update([text[place : place + _SHINGLE] for place in range(len(text) - _SHINGLE + 1)])
    return np.array(sketch.digest(), np.uint32)


def bands_of(signature: Signature) -> Hashes:
    """A hash of each band, different for different bands; none of an empty signature."""
    if not len(signature):
        return np.zeros(0, np.uint64)
    (bands,) = banded(signature.astype(np.uint64).reshape(1, BANDS, ROWS))
    return np.asarray(bands, np.uint64)


def whole(text: str) -> Hashes:
    """One hash of a whole text, which is met by no n-gram."""
    return grams(f"\ue000{text}", len(text) + 1)


def _fingerprint(item: Item, *, alone: bool) -> Fingerprint | None:
    stem, choices = letters(item.stem), [letters(choice) for choice in item.choices]
    told = _grams([stem]) if alone else np.zeros(0, np.uint64)
    compared = stem if alone else "".join((stem, *choices))
    if len(told) < STEM:
        told, compared = _grams([stem, *choices]), "".join((stem, *choices))
        if len(told) < WITH_CHOICES:
            told = whole(compared) if len(compared) >= SHORTEST else told[:0]
    if not len(told):
        return None
    return Fingerprint(item.label, told, signature_of(compared))


def _grams(parts: Sequence[str]) -> Hashes:
    """The distinct n-grams of the parts, none of them across two parts."""
    return np.unique(np.concatenate([grams(part, SIZE) for part in parts]))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return "\n".join(filter(None, map(_text, value)))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
