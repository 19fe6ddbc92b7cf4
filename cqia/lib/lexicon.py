"""Words of a lexicon in a text: all at once by Aho-Corasick, then confirmed on word boundaries.

As plain substrings word lists flag nearly every good text (天平 is in 今天平安无事). A word counts
where it begins and ends together with a word of the text as jieba's dictionary cuts it. Width, case,
unseen characters and separators put between the characters of a word make no difference.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from cqia.lib import segment

# What is put between the characters of a word to hide it; sentence marks and line ends are not, for
# they part what does not belong together.
_ASCII_SEPARATORS = " \t*-_.|/\\~^+#"
_OTHER_SEPARATORS = "\u3000\xa0\u200b\u200c\u200d\u2060\xad\ufeff·•"
_SEPARATORS = frozenset(_ASCII_SEPARATORS + _OTHER_SEPARATORS)
_WINDOW = 24  # characters on each side of a hit that are cut into words
_GAP = 2  # separators between two characters of a hit, at most
# A finite automaton is three times as fast and takes some 5 MB for a thousand words.
_SMALL = 2_000

_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ]")
_RARE = re.compile(f"[０-９Ａ-Ｚａ-ｚ{_OTHER_SEPARATORS}]")
_WIDE_ALNUM = (range(0xFF10, 0xFF1A), range(0xFF21, 0xFF3B), range(0xFF41, 0xFF5B))
_NARROW = {wide: wide - 0xFEE0 for wides in _WIDE_ALNUM for wide in wides}
# Bytes are folded some ten times as fast as characters.
_LOWER = bytes(range(256)).lower()
_GONE = _ASCII_SEPARATORS.encode()
_OTHERS = re.compile(f"[{_OTHER_SEPARATORS}]+")


class Hit(NamedTuple):
    """Where in the text, and which of the words as it was given."""

    start: int
    end: int
    word: str


def plain(word: str) -> str:
    """The form in which two spellings of a word are one."""
    return _folded(unicodedata.normalize("NFKC", word)).decode()


class Matcher:
    """Finds words; built once for many texts."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = {plain(word): word for word in words}
        self._words.pop("", None)
        self._plain = list(self._words)
        self._automaton = BytesAhoCorasick(
            [word.encode() for word in self._plain],
            matchkind=MatchKind.Standard,
            implementation=Implementation.DFA if len(self._plain) <= _SMALL else None,
        )

    def hits(self, text: str) -> list[Hit]:
        """In order; of words within a longer one that counts only the longer."""
        folded = _folded(text)
        found = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        return list(self._confirmed(text, folded, found)) if found else []

    def _confirmed(
        self, text: str, folded: bytes, found: list[tuple[int, int, int]]
    ) -> Iterator[Hit]:
        places = [at for at, character in enumerate(text) if character not in _SEPARATORS]
        last = 0
        for number, begin, _stop in sorted(found, key=lambda one: (one[1], -one[2])):
            word = self._plain[number]
            first = len(folded[:begin].decode("utf-8", "surrogatepass"))
            start, end = places[first], places[first + len(word) - 1] + 1
            if start >= last and _close(text[start:end], word) and _is_word(text, start, end):
                last = end
                yield Hit(start, end, self._words[word])


def _folded(text: str) -> bytes:
    """Small, narrow and without separators; what stays stands for one character each."""
    if _RARE.search(text):
        text = _OTHERS.sub("", text)
        text = text.translate(_NARROW) if _WIDE.search(text) else text
    return text.encode("utf-8", "surrogatepass").translate(_LOWER, _GONE)


def _close(piece: str, word: str) -> bool:
    """Whether no more than a few separators stand between its characters."""
    return len(piece) <= len(word) + _GAP * (len(word) - 1)


def _is_word(text: str, start: int, end: int) -> bool:
    """Whether words of the text begin at `start` and end at `end`."""
    at = max(start - _WINDOW, 0)
    edges = {at}
    for word in segment.words(text[at : end + _WINDOW]):
        at += len(word)
        edges.add(at)
    return start in edges and end in edges
