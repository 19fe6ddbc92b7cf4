"""Signs: turns of phrase that give a text away."""

import re
from dataclasses import dataclass

FEW = r"[^。！？!?\n]"  # keeps a pattern within its sentence


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
        self._any_word = re.compile(
            "|".join(re.escape(word) for one in signs for word in one.words)
        )

    def matches(self, text: str) -> list[re.Match[str]]:
        """Every place where a sign shows, in the order of the text."""
        if not self._any_word.search(text):
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
