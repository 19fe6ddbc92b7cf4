"""What of a diff went in one place and came in another: a move, not a deletion and an insertion.

Runs of equal tokens are found by an index of three in a row, and taken from left to right, each as
long as it goes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

Change = Literal["same", "ins", "del", "from", "to"]

LEAST = 6
"""Letters and digits of a move; fewer are words used again. Default of ours."""

_ANCHOR = 3  # tokens
_TRIED = 16  # places at most for each anchor


class Token(NamedTuple):
    """A word as it stands in the text, and what makes it equal to another."""

    key: str
    text: str


class Run(NamedTuple):
    op: Change
    tokens: Sequence[Token]


class _Place(NamedTuple):
    run: int
    token: int


class _Move(NamedTuple):
    """So many tokens from a place in a deleted run on are those from `here` on in an inserted one."""

    gone: _Place
    here: int
    length: int

    @property
    def covers(self) -> set[_Place]:
        run, first = self.gone
        return {_Place(run, first + step) for step in range(self.length)}


_NOWHERE = (0, _Place(0, 0))


def with_moves(runs: Sequence[Run]) -> list[Run]:
    """The runs of a diff, with what moved marked where it went ("from") and where it came ("to")."""
    gone = {number: run.tokens for number, run in enumerate(runs) if run.op == "del"}
    places = _anchors(gone)
    moved: dict[int, list[tuple[int, int]]] = defaultdict(list)  # in each run: begin and length
    taken: set[_Place] = set()
    for number, run in enumerate(runs):
        for move in _moves(run.tokens, gone, places, taken) if run.op == "ins" else ():
            moved[move.gone.run].append((move.gone.token, move.length))
            moved[number].append((move.here, move.length))
    return [part for number, run in enumerate(runs) for part in _parts(run, moved[number])]


def _anchors(gone: Mapping[int, Sequence[Token]]) -> dict[tuple[str, ...], list[_Place]]:
    """Where each three tokens in a row were deleted."""
    places = defaultdict(list)
    for number, tokens in gone.items():
        for start in range(len(tokens) - _ANCHOR + 1):
            places[_anchor(tokens, start)].append(_Place(number, start))
    return places


def _anchor(tokens: Sequence[Token], start: int) -> tuple[str, ...]:
    return tuple(token.key for token in tokens[start : start + _ANCHOR])


def _moves(
    tokens: Sequence[Token],
    gone: Mapping[int, Sequence[Token]],
    places: Mapping[tuple[str, ...], Sequence[_Place]],
    taken: set[_Place],
) -> Iterator[_Move]:
    """What of inserted tokens was deleted elsewhere; `taken` is what earlier moves have of that."""
    here = 0
    while here <= len(tokens) - _ANCHOR:
        tried = places.get(_anchor(tokens, here), ())[:_TRIED]
        lengths = [_common(tokens, here, gone[at.run], at, taken) for at in tried]
        length, at = max(zip(lengths, tried, strict=True), default=_NOWHERE)
        if _letters(tokens[here : here + length]) >= LEAST:
            move = _Move(at, here, length)
            taken |= move.covers
            yield move
            here += length
        else:  # what follows in it is shorter still
            here += max(1, length - _ANCHOR + 1)


def _common(
    tokens: Sequence[Token], here: int, gone: Sequence[Token], at: _Place, taken: set[_Place]
) -> int:
    """How many tokens are the same from two places on, as far as they are not taken."""
    most = min(len(tokens) - here, len(gone) - at.token)
    ends = (
        step
        for step in range(most)
        if tokens[here + step].key != gone[at.token + step].key
        or _Place(at.run, at.token + step) in taken
    )
    return next(ends, most)


def _letters(tokens: Sequence[Token]) -> int:
    return sum(map(str.isalnum, "".join(token.key for token in tokens)))


def _parts(run: Run, moved: Sequence[tuple[int, int]]) -> Iterator[Run]:
    """A run cut where something in it moved."""
    end = 0
    for start, length in sorted(moved):
        yield Run(run.op, run.tokens[end:start])
        end = start + length
        yield Run("to" if run.op == "ins" else "from", run.tokens[start:end])
    yield Run(run.op, run.tokens[end:])
