"""What the checks find in a text while it is written: errors, which stop its submit, and warnings.

A check that is off warns, too, as it does of the texts that were imported. What blocks is only what
no answer of a set may hold, and only where its line is on: see `Check.blocks`.
"""

from dataclasses import dataclass
from typing import NamedTuple

from annotation.checks import Text, TextCheck
from annotation.floors import floors_of
from annotation.models import Pair
from annotation.texts import prompt_of
from annotation.thresholds import Line, lines_of
from cqia.lib.errors import CqiaError

# A longer text is not measured at each pause in typing, only at its submit (a default of this project).
LENGTH_LIMIT = 50_000
_PLACES = 5


class Place(NamedTuple):
    """Where in the text: UTF-16 units, as a browser counts them; `line` from 1."""

    start: int
    end: int
    line: int


@dataclass(frozen=True)
class LiveHint:
    check_id: str
    name: str
    sentence: str
    blocks: bool
    places: tuple[Place, ...]


class Blocked(CqiaError):
    """The text holds what no answer may hold."""

    def __init__(self, hint: LiveHint) -> None:
        super().__init__("text_blocked", {"why": hint.sentence})


def hints_of(pair: Pair, text: str, **edited: str) -> list[LiveHint]:
    """What lies beyond a line, errors first; `edited`: the instruction or input as they are typed.

    What asks how an answer stands to its question is given both, the others the text alone: what is
    wrong with a question cannot be mended in the answer. An empty text has no hints.
    """
    if not text.strip():
        return []
    instruction = edited.get("instruction", pair.instruction)
    prompt = prompt_of(pair.system, pair.history, instruction, edited.get("input", pair.input))
    floor = floors_of([pair.pk])[pair.pk]
    alone, beside = Text("", (text,), floor), Text(prompt, (text,), floor)
    found = [
        hint
        for line in lines_of(pair.project_id)
        if isinstance(line.check, TextCheck)
        and (hint := _hint(line, line.check, beside if line.check.beside_prompt else alone))
    ]
    return sorted(found, key=lambda hint: not hint.blocks)


def refuse(project_id: int, text: str) -> None:
    """Raise Blocked for a text that may not be submitted. One query."""
    written = Text("", (text,))
    for line in lines_of(project_id):
        if line.enabled and isinstance(line.check, TextCheck) and line.check.blocks:
            hint = _hint(line, line.check, written)
            if hint is not None:
                raise Blocked(hint)


def _hint(line: Line, check: TextCheck, text: Text) -> LiveHint | None:
    found = check.measure(text)
    if not line.drops(found.score):
        return None
    return LiveHint(
        check_id=check.id,
        name=str(check.name),
        sentence=line.explain(found.score, found.evidence),
        blocks=check.blocks and line.enabled,
        places=tuple(_places(text.answers[0], found.evidence)),
    )


def _places(text: str, evidence: str) -> list[Place]:
    """The last place of each piece of evidence: of marks that do not close, the last is the one."""
    pieces = [one for one in evidence.split(" … ") if one and one in text]
    found = dict.fromkeys(pieces or [one for one in evidence.split() if one in text])
    return [_place(text, text.rfind(one), len(one)) for one in list(found)[:_PLACES]]


def _place(text: str, start: int, length: int) -> Place:
    begin = _units(text[:start])
    end = begin + _units(text[start : start + length])
    return Place(begin, end, text.count("\n", 0, start) + 1)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
