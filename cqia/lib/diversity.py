"""How varied texts are: what instructions ask for, how often words recur, how alike texts are.

Imports no Django. Each figure hangs on how much text it is counted over, so it is told with that.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cqia.lib.grams import Hashes
from cqia.lib.minhash import minima
from cqia.lib.segment import parts_of_speech, words

_NUMBER = "一"  # stands for every number: 一篇, 五部
READ = 300  # characters of an instruction that are looked at
PERMUTATIONS = 128  # of a MinHash signature: a likeness of 0.5 is estimated to within 0.04

# Titles and quotations name things; what is asked for stands around them.
_QUOTED = re.compile('《[^》]*》|“[^”]*”|「[^」]*」|『[^』]*』|【[^】]*】|"[^"]*"')
_ENDS = frozenset("。！？；：，,.!?;:\n…")  # of a clause
# They are verbs to the tagger, and say nothing of the task.
_LIGHT = """
请 请问 请为 是 为 有 没有 能 能够 会 可以 可 应 应该 该 要 想 需要 让 使 使得 帮 帮忙 用 作为 当 如 如下 以下 下列
进行 关于 根据 说 问 知道 觉得 认为 希望 开始 来 去 到 在 做 给
"""
_LIGHT_VERBS = frozenset(_LIGHT.split())


def verb_and_noun(instruction: str) -> tuple[str, str] | None:
    """What an instruction asks to be done, and to what: (写, 文章), or None where it names no such two.

    An approximation, by jieba's parts of speech, of the root verb and its object that a dependency
    parse gives (Self-Instruct, Wang et al. 2022): the first verb with a meaning of its own that a noun
    follows in its clause. Of several nouns before the next verb it is the last, where Chinese has
    the head of a phrase. A verb after 的 counts as a noun, one between a number and 的 describes the
    noun: 写一篇吸引人的文章. What stands in quotation marks is passed over.
    """
    verb = noun = outer = before = ""
    for word, tag in parts_of_speech(_QUOTED.sub("", instruction[:READ])):
        named = before == "的" and tag == "v"
        if word in _ENDS or (_is_verb(word, tag) and not named):
            if noun:
                break
            outer, verb = _begun(verb, before, word)
        elif word == "的" and outer:
            verb, noun, outer = outer, "", ""
        elif verb and (named or _is_noun(word, tag)):
            noun = word
        before = _NUMBER if tag == "m" else word
    return (verb, noun) if noun else None


def _begun(verb: str, before: str, word: str) -> tuple[str, str]:
    """The verb that waits for its noun while another describes it, and the verb from here on."""
    if word in _ENDS:
        return "", ""
    return (verb if before == _NUMBER else ""), word


def _is_verb(word: str, tag: str) -> bool:
    return tag in ("v", "vi", "vg") and word not in _LIGHT_VERBS


def _is_noun(word: str, tag: str) -> bool:
    return tag.startswith("n") or tag in ("vn", "an")


@dataclass(frozen=True)
class Distinct:
    """How many n-grams of words differ, of how many there are."""

    different: int
    total: int

    @property
    def share(self) -> float:
        return self.different / self.total if self.total else 0.0


def spoken(text: str) -> list[str]:
    """The words of a text in order, without punctuation and white space."""
    return [word for word in words(text) if any(map(str.isalnum, word))]


def distinct(texts: Iterable[Sequence[str]], size: int) -> Distinct:
    """distinct-n of texts given as words (Li et al. 2016, section 5.2); no n-gram spans two texts.

    It falls as the texts grow, so only figures over as many words can be compared.
    """
    seen: set[tuple[str, ...]] = set()
    total = 0
    for text in texts:
        grams = list(zip(*(text[start:] for start in range(size)), strict=False))
        seen.update(grams)
        total += len(grams)
    return Distinct(len(seen), total)


@dataclass(frozen=True)
class Alikeness:
    """Estimated Jaccard indices among texts, from 0 to 1."""

    mean: float  # over all pairs of texts
    nearest: NDArray[np.float64]  # of each text: to the text most like it


def alikeness(sets: Sequence[Hashes]) -> Alikeness:
    """How alike each text is to each other, by MinHash (Broder 1997); none of the sets may be empty.

    Time grows with the square of their number: 2,000 take about a second.
    """
    if len(sets) < 2:
        return Alikeness(0.0, np.zeros(len(sets)))
    # The lower half of a minimum tells two apart as well, and is compared twice as fast.
    signatures = minima(sets, PERMUTATIONS).astype(np.uint32)
    nearest, total = np.zeros(len(sets)), 0.0
    for row, signature in enumerate(signatures):
        shared = (signatures == signature).mean(axis=1)
        shared[row] = 0.0
        nearest[row] = shared.max()
        total += float(shared.sum())
    return Alikeness(total / (len(sets) * (len(sets) - 1)), nearest)
