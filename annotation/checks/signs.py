"""Signs: turns of phrase that give a text away."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, Implementation

FEW = r"[^。！？!?\n]"  # keeps a pattern within its sentence
FEW_WORDS = 20  # for more, an automaton is faster than a regular expression: 4 µs a text against 10


@dataclass(frozen=True)
class Sign:
    """One way to say a thing. Without any of `words` the pattern cannot match, and looking for plain
    words is some thirty times as fast."""

    words: tuple[str, ...]
    pattern: re.Pattern[str]


def sign(words: tuple[str, ...], *patterns: str) -> Sign:
    return Sign(words, re.compile("|".join(patterns)))


class Signs:
    """Several of them, in all of which most texts have no part: one search tells."""

    def __init__(self, *signs: Sign) -> None:
        self._signs = signs
        words = [word for one in signs for word in one.words]
        if len(words) > FEW_WORDS:
            automaton = AhoCorasick(words, implementation=Implementation.DFA)
            self._has_any: Callable[[str], object] = automaton.find_matches_as_indexes
        else:
            self._has_any = re.compile("|".join(map(re.escape, words))).search

    def matches(self, text: str) -> list[re.Match[str]]:
        """Every place where a sign shows, in the order of the text."""
        if not self._has_any(text):
            return []
        found = [
            match
            for one in self._signs
            if any(word in text for word in one.words)
            for match in one.pattern.finditer(text)
        ]
        return sorted(found, key=re.Match.start)

    def places(self, text: str) -> list[str]:
        """The places as they read, each in one line."""
        return [" ".join(match.group().split()) for match in self.matches(text)]
