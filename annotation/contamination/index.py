"""The items of all benchmarks of a project, in memory, and how like one of them a text is."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotation.contamination.fingerprints import SIZE, bands_of, signature_of, whole
from annotation.models import Benchmark, BenchmarkItem
from cqia.lib.grams import Hashes, grams, letters

Owners = NDArray[np.int32]
_TABLE = 1 << 24  # places of the table that says at once of most hashes that no item has them


class Likeness(NamedTuple):
    """How like an item a pair is, from 0 to 1, and which item; no name where it is like none."""

    score: float
    item: str = ""


class Keys:
    """Hashes and the items that have them; one hash may be of many items."""

    def __init__(self, hashes: Sequence[Hashes]) -> None:
        counts = [len(each) for each in hashes]
        keys = np.concatenate([np.zeros(0, np.uint64), *hashes])
        owners = np.repeat(np.arange(len(hashes), dtype=np.int32), counts)
        order = np.argsort(keys, kind="stable")
        self._keys, self._owners = keys[order], owners[order]
        self._table = np.zeros(_TABLE, bool)
        self._table[self._places(keys)] = True

    def owners_of(self, hashes: Hashes) -> Owners:
        """The items that have one of the hashes, as often as they have one."""
        hashes = hashes[self._table[self._places(hashes)]]
        first = np.searchsorted(self._keys, hashes, "left")
        counts = np.searchsorted(self._keys, hashes, "right") - first
        met = counts > 0
        spans = zip(first[met], first[met] + counts[met], strict=True)
        none = np.zeros(0, np.int32)
        return np.concatenate([none, *(self._owners[begin:end] for begin, end in spans)])

    @staticmethod
    def _places(hashes: Hashes) -> NDArray[np.intp]:
        return (hashes & np.uint64(_TABLE - 1)).astype(np.intp)


class Index:
    """Two ways for a text to be like an item: it holds its n-grams, or its prompt resembles it.

    The first finds an item word for word within longer text, the second one that was reworded.
    """

    def __init__(self, items: Sequence[tuple[str, Hashes, NDArray[np.uint32]]]) -> None:
        self._labels = [label for label, _, _ in items]
        self._totals = np.array([len(own) for _, own, _ in items])
        self._grams = Keys([own for _, own, _ in items])
        self._signatures = [signature for _, _, signature in items]
        self._bands = Keys([bands_of(signature) for signature in self._signatures])

    def likeness(self, prompt: str, answers: Sequence[str]) -> Likeness:
        """The greatest share of an item's n-grams that the pair holds, or likeness of its prompt to
        one (Jaccard of 5-grams, estimated by MinHash)."""
        if not self._labels:
            return Likeness(0.0)
        asked = letters(prompt)
        score, item = max(self._held(asked, answers), self._like(asked))
        return Likeness(round(score, 4), self._labels[item]) if score else Likeness(0.0)

    def _held(self, prompt: str, answers: Sequence[str]) -> tuple[float, int]:
        parts = [prompt, *map(letters, answers)]
        own = np.unique(np.concatenate([whole(prompt), *(grams(part, SIZE) for part in parts)]))
        items, counts = np.unique(self._grams.owners_of(own), return_counts=True)
        if not len(items):
            return 0.0, 0
        shares = counts / self._totals[items]
        best = int(np.argmax(shares))
        return float(shares[best]), int(items[best])

    def _like(self, prompt: str) -> tuple[float, int]:
        own = signature_of(prompt)
        candidates = np.unique(self._bands.owners_of(bands_of(own)))
        if not len(candidates):
            return 0.0, 0
        alike = [float(np.mean(self._signatures[item] == own)) for item in candidates]
        best = int(np.argmax(alike))
        return alike[best], int(candidates[best])


def index_of(project_id: int) -> Index:
    """The index of a project's benchmarks as they are now; kept until one of them changes."""
    return _loaded(project_id, revision_of(project_id))


def revision_of(project_id: int) -> int:
    """Grows whenever what pairs are compared with changes; 0 before the first benchmark."""
    last = Benchmark.objects.filter(project=project_id).order_by("-revision").first()
    return 0 if last is None else last.revision


@lru_cache(maxsize=2)  # some 40 MB for all of the benchmarks the paper names
def _loaded(project_id: int, revision: int) -> Index:
    watched = Benchmark.objects.filter(project=project_id).watched()
    items = BenchmarkItem.objects.filter(benchmark__in=watched).order_by("id")
    rows = items.values_list("benchmark__name", "label", "grams", "signature")
    return Index(
        [
            (
                f"{name} · {label}",
                np.frombuffer(own, np.dtype("<u8")).astype(np.uint64),
                np.frombuffer(signature, np.dtype("<u4")).astype(np.uint32),
            )
            for name, label, own, signature in rows.iterator(chunk_size=2000)
        ]
    )
