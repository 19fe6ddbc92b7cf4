"""Near duplicates in real files: what the keys find against brute force, and how little is dropped."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from annotation.checks import Text
from annotation.checks.near_pair import NearPair
from annotation.near_duplicates import likeness
from annotation.newcomers import compared
from annotation.texts import Whole
from cqia.lib.minhash import band_keys, jaccard, shingles
from tests.candidates import FILES, MISSING, source_of, texts

pytestmark = [pytest.mark.realdata, pytest.mark.skipif(not FILES, reason=MISSING)]
Edge = tuple[int, int]


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, Text]]:
    return [(source_of(path), text) for path in FILES for text in texts(path)]


def meeting(sets: list[np.ndarray]) -> set[Edge]:
    """Which of the texts share a key."""
    told = [number for number, grams in enumerate(sets) if len(grams)]
    under: dict[int, list[int]] = defaultdict(list)
    met: set[Edge] = set()
    for number, keys in zip(told, band_keys([sets[one] for one in told], 1).tolist(), strict=True):
        for key in keys:
            met.update((number, earlier) for earlier in under[key][:20])
            under[key].append(number)
    return met


def alike(sets: list[np.ndarray], least: float) -> set[Edge]:
    """Which of the texts are at least so alike, by comparing each with each."""
    grams, columns = np.unique(np.concatenate(sets), return_inverse=True)
    sizes = np.array([len(one) for one in sets])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    matrix = csr_matrix((np.ones(len(columns), np.int32), columns, starts), (len(sets), len(grams)))
    shared = (matrix @ matrix.T).tocoo()
    share = shared.data / (sizes[shared.row] + sizes[shared.col] - shared.data)
    told = (share >= least) & (shared.col < shared.row)
    return set(zip(shared.row[told].tolist(), shared.col[told].tolist(), strict=True))


@pytest.mark.parametrize("source", ["cqia_xhs", "cqia_human_value", "cqia_wiki", "oasst_zh_sft"])
def test_it_meets_nearly_all_that_brute_force_finds(
    pairs: list[tuple[str, Text]], source: str
) -> None:
    sets = [shingles("\n".join(text.answers)) for name, text in pairs if name == source]
    truth = alike([one for one in sets if len(one) > 15], 0.8)
    met = meeting([one for one in sets if len(one) > 15])
    assert len(truth & met) >= 0.95 * len(truth)  # a few dozen in all: one may be missed


def test_it_drops_little_of_what_was_published(pairs: list[tuple[str, Text]]) -> None:
    whole = [compared("near_pair", Whole(text.prompt, text.answers)) for _, text in pairs]
    sets = [tuple(shingles(part) for part in parts) for parts in whole]
    met = meeting([one for one, _ in sets])
    line = NearPair.high or 0
    dropped = {later for later, earlier in met if likeness(sets[later], sets[earlier]) > line}
    by_source = Counter(pairs[number][0] for number in dropped)
    sizes = Counter(name for name, _ in pairs)
    assert {name for name, hits in by_source.items() if hits > 0.02 * sizes[name]} == set()
    assert 40 <= len(dropped) <= 70  # as docs/checks.md tells


def test_it_takes_conversations_that_part_for_different(pairs: list[tuple[str, Text]]) -> None:
    """The same turns with another last answer: alike as a whole, and yet no duplicates."""
    oasst = [text for name, text in pairs if name == "oasst_zh_sft"]
    whole = [compared("near_pair", Whole(text.prompt, text.answers)) for text in oasst]
    sets = [tuple(shingles(part) for part in parts) for parts in whole]
    met = meeting([one for one, _ in sets])
    as_wholes = {edge for edge in met if jaccard(sets[edge[0]][0], sets[edge[1]][0]) > 0.8}
    as_pairs = {edge for edge in as_wholes if likeness(sets[edge[0]], sets[edge[1]]) > 0.8}
    assert len(as_wholes) > 5 * len(as_pairs)
