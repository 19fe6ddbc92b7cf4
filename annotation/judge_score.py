"""A score with decimals from token probabilities: the expectation over the scores 1 to 10.

As in G-Eval (Liu et al. 2023, arXiv 2303.16634, section 2.3): Σ p(s)·s over the scores s, with the
probabilities that the model gives them at the place of the score. Those of other tokens are left
out and the rest made to sum to 1 (ours).
"""

import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from cqia.lib.llm import TokenLogprob

SCORES = range(1, 11)
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[^"]+|"', re.DOTALL)
_NUMBER = re.compile(r"\s*:\s*(\d{1,2})(?![\d.eE])")


@dataclass(frozen=True)
class Expected:
    """`mass`: how much probability the tokens that begin a score have together, from 0 to 1."""

    score: float
    mass: float


def expected(
    text: str, tokens: Sequence[TokenLogprob], field: str, written: float
) -> Expected | None:
    """The expected value of an integer field of a JSON answer.

    `written` is the number that stands there. None where its place is not found among the tokens:
    then nothing can be said.
    """
    found = _place(text, field)
    if found is None or int(found[1][1]) != written:
        return None
    key, number = found
    tail = text[key : number.end(1)]
    joined = "".join(token.token for token in tokens)
    at = joined.rfind(tail)
    if at < 0:
        return None
    start = at + len(tail) - len(number[1])
    return _weigh(tokens, start, int(written))


def _place(text: str, field: str) -> tuple[int, re.Match[str]] | None:
    """Where the field's key begins, and the match of its number: the last, as JSON readers take it.

    Strings are passed over whole: what looks like the field within one is not it.
    """
    found, quoted = None, f'"{field}"'
    for piece in _PIECE.finditer(text):
        if piece[0] == quoted and (number := _NUMBER.match(text, piece.end())):
            found = piece.start(), number
    return found


def _weigh(tokens: Sequence[TokenLogprob], start: int, written: int) -> Expected | None:
    ends = list(accumulate(len(token.token) for token in tokens))
    index = bisect_right(ends, start)
    token = tokens[index]
    weights = dict.fromkeys(SCORES, 0.0)
    one = 0.0  # of a token "1" alone, which may begin 10
    prefix = token.token[: start - ends[index] + len(token.token)]
    for digits, ended, probability in _options(token, prefix):
        if digits == "1" and not ended:
            one += probability
        elif int(digits) in weights:
            weights[int(digits)] += probability
    ten = _share_of_ten(tokens, index, prefix, weights, written)
    weights[1] += one * (1 - ten)
    weights[10] += one * ten
    mass = sum(weights.values())
    if mass <= 0:
        return None
    score = sum(value * weight for value, weight in weights.items()) / mass
    return Expected(score, min(mass, 1.0))


def _options(token: TokenLogprob, prefix: str) -> Iterator[tuple[str, bool, float]]:
    """(digits, whether something else follows them in the token, probability) of what may stand here."""
    for text, logprob in {**token.top, token.token: token.logprob}.items():
        match = re.match(r"(\d{1,2})(?!\d)", text[len(prefix) :])
        if text.startswith(prefix) and match:
            yield match[1], len(text) > len(prefix) + match.end(), math.exp(logprob)


def _share_of_ten(
    tokens: Sequence[TokenLogprob],
    index: int,
    prefix: str,
    weights: dict[int, float],
    written: int,
) -> float:
    """How much of the probability of "1" is meant for 10, where 10 is two tokens.

    Where "1" was written, the next token tells. Elsewhere nothing does: it is then shared as the
    neighbours 2 and 9 are (ours), or goes to the nearer of 1 and 10 where both have none.
    """
    if tokens[index].token == f"{prefix}1" and index + 1 < len(tokens):
        after = tokens[index + 1]
        options = {**after.top, after.token: after.logprob}.items()
        zero = sum(math.exp(logprob) for text, logprob in options if text.startswith("0"))
        end = sum(math.exp(logprob) for text, logprob in options if re.match(r"[\s,}]", text))
        if zero + end > 0:
            return zero / (zero + end)
    if weights[2] + weights[9] > 0:
        return weights[9] / (weights[2] + weights[9])
    return float(written > 5)
