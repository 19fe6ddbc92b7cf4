"""What of a diff went in one place and came in another: a move, not a deletion and an insertion.

Runs of equal tokens are found by an index of three in a row, and taken from left to right, each as
long as it goes. Marks that are left over on both sides go along with what moved.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Change = Literal["same", "ins", "del", "from", "to"]

LEAST = 6
"""Letters and digits of a move; fewer are words used again. Default of ours."""

LIMIT = 40_000
"""In more tokens than this no moves are looked for. Default of ours."""

_ANCHOR = 3  # tokens
_TRIED = 8  # places at most for each anchor


class Token(NamedTuple):
    """A word as it stands in the text, and what makes it equal to another."""

    key: str
    text: str


class Run(NamedTuple):
    op: Change
    tokens: Sequence[Token]


@dataclass
class _Side:
    """A deleted or an inserted run: its keys, which of them are taken, and the pieces that moved."""

    keys: list[str]
    taken: bytearray
    pieces: list[tuple[int, int]] = field(default_factory=list)  # begin and end

    def take(self, start: int, length: int) -> None:
        self.taken[start : start + length] = b"\1" * length
        self.pieces.append((start, start + length))

    def marks(self) -> list[int]:
        """Places of tokens without a letter that are left."""
        return [
            place
            for place, key in enumerate(self.keys)
            if not self.taken[place] and not any(map(str.isalnum, key))
        ]


_Index = dict[tuple[str, ...], list[tuple[_Side, int]]]


def with_moves(runs: Sequence[Run]) -> list[Run]:
    """The runs of a diff, with what moved marked where it went ("from") and where it came ("to")."""
    if sum(len(run.tokens) for run in runs) > LIMIT:
        return list(runs)
    sides = {number: _side(run) for number, run in enumerate(runs) if run.op in ("del", "ins")}
    gone = [side for number, side in sides.items() if runs[number].op == "del"]
    come = [side for number, side in sides.items() if runs[number].op == "ins"]
    index = _anchors(gone)
    for side in come:
        _find(side, index)
    _take_marks_along(gone, come)
    return [
        part
        for number, run in enumerate(runs)
        for part in _parts(run, sides[number].pieces if number in sides else [])
    ]


def _side(run: Run) -> _Side:
    return _Side([token.key for token in run.tokens], bytearray(len(run.tokens)))


def _anchors(gone: Sequence[_Side]) -> _Index:
    """Where each three tokens in a row were deleted."""
    index: _Index = defaultdict(list)
    for side in gone:
        for start in range(len(side.keys) - _ANCHOR + 1):
            index[tuple(side.keys[start : start + _ANCHOR])].append((side, start))
    return index


def _find(side: _Side, index: _Index) -> None:
    """Take what of an inserted run was deleted elsewhere, on both sides."""
    here = 0
    while here <= len(side.keys) - _ANCHOR:
        tried = index.get(tuple(side.keys[here : here + _ANCHOR]), [])[:_TRIED]
        lengths = [_common(side, here, gone, start) for gone, start in tried]
        length = max(lengths, default=0)
        if _letters(side.keys[here : here + length]) >= LEAST:
            gone, start = tried[lengths.index(length)]
            gone.take(start, length)
            side.take(here, length)
            here += length
        else:  # what follows in it is shorter still
            here += max(1, length - _ANCHOR + 1)


def _common(side: _Side, here: int, gone: _Side, start: int) -> int:
    """How many tokens are the same from two places on, as far as they are not taken."""
    most = min(len(side.keys) - here, len(gone.keys) - start)
    length = 0
    while (
        length < most
        and side.keys[here + length] == gone.keys[start + length]
        and not gone.taken[start + length]
    ):
        length += 1
    return length


def _letters(keys: Sequence[str]) -> int:
    return sum(map(str.isalnum, "".join(keys)))


def _take_marks_along(gone: Sequence[_Side], come: Sequence[_Side]) -> None:
    """A full stop that went and came beside what moved is neither deleted nor inserted."""
    left: dict[str, list[tuple[_Side, int]]] = defaultdict(list)
    for side in gone:
        for place in side.marks() if side.pieces else ():
            left[side.keys[place]].append((side, place))
    for side in come:
        for place in side.marks() if side.pieces else ():
            if left[side.keys[place]]:
                other, there = left[side.keys[place]].pop(0)
                other.take(there, 1)
                side.take(place, 1)


def _parts(run: Run, pieces: Sequence[tuple[int, int]]) -> Iterator[Run]:
    """A run cut where something in it moved."""
    place = 0
    for start, end in sorted(pieces):
        yield Run(run.op, run.tokens[place:start])
        yield Run("to" if run.op == "ins" else "from", run.tokens[start:end])
        place = end
    yield Run(run.op, run.tokens[place:])
