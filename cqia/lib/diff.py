"""What an edit changed, in Chinese words.

Words become single characters, as the line mode of diff-match-patch does with lines; Myers'
algorithm and the semantic clean-up then work on words, so that no word is cut in two. What went in
one place and came in another is a move (cqia.lib.moves).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, get_args

from diff_match_patch import diff_match_patch
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from cqia.lib.moves import Change, Run, Token, with_moves
from cqia.lib.segment import words
from cqia.lib.text import characters

SECONDS = 0.5
"""Search for a short diff this long; what is left is then shown as replaced. Default of ours."""

WORD_LIMIT = 200_000
"""Texts with more characters than this together are compared line by line. Default of ours."""

_TOKEN_LIMIT = 40_000
_FIRST = 0xE000  # the first character after the surrogates, for private use

# Forms one for one, so that places in the folded text are places in the text.
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_GAP = re.compile(r"(?<![0-9A-Za-z\s])\s+|(?<!\s)\s+(?![0-9A-Za-z\s])")


class Op(NamedTuple):
    """A stretch of text that stayed, came or went, or moved from here or to here."""

    op: Change
    text: str


class Summary(NamedTuple):
    """Characters, white space apart, that came, went and moved, and the share of those that came or
    went in both texts: 0 equal, 1 nothing in common."""

    inserted: int
    deleted: int
    changed_ratio: float
    moved: int = 0


def diff(old: str, new: str, *, fold_width: bool = False) -> list[Op]:
    """The changes that make `new` out of `old`, in order, a deletion before its insertion.

    A "to" has the words of a "from", which may stand before or after it.
    With `fold_width`, full-width and half-width forms are the same and white space does not
    count, except between letters or digits; what stayed is shown as `new` has it.
    """
    split = _folded if fold_width else _exact
    whole = len(old) + len(new) <= WORD_LIMIT
    before, after = (split(text, words if whole else _lines) for text in (old, new))
    codes: dict[str, str] = {}
    changes = _changes(_encode(before, codes), _encode(after, codes))
    runs = with_moves(list(_runs(changes, before, after)))
    ops = (Op(op, "".join(token.text for token in tokens)) for op, tokens in runs)
    return [op for op in ops if op.text]


def summary(ops: Sequence[Op]) -> Summary:
    """Count what a diff changed."""
    count = dict.fromkeys(get_args(Change), 0)
    for op, text in ops:
        count[op] += characters(text)
    changed = count["ins"] + count["del"]
    whole = changed + 2 * count["same"] + count["from"] + count["to"]
    return Summary(count["ins"], count["del"], changed / whole if changed else 0.0, count["to"])


_MARKS = {
    "ins": "<ins>{}</ins>",
    "del": "<del>{}</del>",
    "from": '<del class="moved">{}</del>',
    "to": '<ins class="moved">{}</ins>',
}


def render_html(ops: Sequence[Op]) -> SafeString:
    """The diff as escaped text with <ins> and <del>; ↵ shows a line end that came or went."""
    return format_html_join("", "{}", ((_rendered(op),) for op in ops))


def _rendered(op: Op) -> SafeString:
    if op.op == "same":
        return escape(op.text)
    return format_html(_MARKS[op.op], op.text.replace("\n", "↵\n"))


def _exact(text: str, split: Callable[[str], list[str]]) -> list[Token]:
    return [Token(token, token) for token in split(text)]


def _folded(text: str, split: Callable[[str], list[str]]) -> list[Token]:
    """White space goes along with the token before it and has no say in what is equal.

    It is left out before the text is split, so that 中 文 is the word 中文, except between
    letters or digits. An empty token comes first, for white space at the beginning.
    """
    wide = text.translate(_WIDTH)
    gaps = [match.span() for match in _GAP.finditer(wide)]
    places = list(_between(gaps, len(text)))
    ends = iter([*places[1:], len(text)])
    tokens = [Token("", text[: places[0] if places else len(text)])]
    begin = len(tokens[0].text)
    for word in split(_GAP.sub("", wide)):
        *_, end = islice(ends, len(word))
        key = "".join(word.split())
        if key:
            tokens.append(Token(key, text[begin:end]))
        else:
            tokens[-1] = Token(tokens[-1].key, tokens[-1].text + text[begin:end])
        begin = end
    return tokens


def _between(gaps: list[tuple[int, int]], length: int) -> Iterator[int]:
    """The places that are in none of the gaps."""
    start = 0
    for begin, end in [*gaps, (length, length)]:
        yield from range(start, begin)
        start = end


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _encode(tokens: list[Token], codes: dict[str, str]) -> str:
    """A character for each token, the same for equal keys; there are a million to give."""
    return "".join(codes.setdefault(key, chr(_FIRST + len(codes))) for key, _ in tokens)


def _changes(old: str, new: str) -> list[tuple[int, str]]:
    engine = diff_match_patch()
    engine.Diff_Timeout = SECONDS
    if len(old) + len(new) > _TOKEN_LIMIT:
        return _replaced(engine, old, new)
    changes: list[tuple[int, str]] = engine.diff_main(old, new, False)
    engine.diff_cleanupSemantic(changes)
    return changes


def _replaced(engine: diff_match_patch, old: str, new: str) -> list[tuple[int, str]]:
    """For what is too long to compare: one change between the common beginning and end."""
    head = engine.diff_commonPrefix(old, new)
    tail = engine.diff_commonSuffix(old[head:], new[head:])
    parts = [
        (engine.DIFF_EQUAL, old[:head]),
        (engine.DIFF_DELETE, old[head : len(old) - tail]),
        (engine.DIFF_INSERT, new[head : len(new) - tail]),
        (engine.DIFF_EQUAL, old[len(old) - tail :]),
    ]
    return [(kind, text) for kind, text in parts if text]


def _runs(
    changes: list[tuple[int, str]], before: Sequence[Token], after: Sequence[Token]
) -> Iterator[Run]:
    """Back from characters to the tokens they stand for; what stayed is taken from `after`."""
    old, new = iter(before), iter(after)
    for kind, codes in changes:
        gone = list(islice(old, len(codes) if kind <= 0 else 0))
        come = list(islice(new, len(codes) if kind >= 0 else 0))
        if kind == 0:
            yield Run("same", come)
        else:
            yield Run("ins", come) if come else Run("del", gone)
