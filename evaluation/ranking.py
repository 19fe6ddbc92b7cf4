"""What a vote and a place in a ranking are, and how each model fared against a baseline. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log
from typing import Literal, NamedTuple, get_args

from cqia.lib.intervals import wilson

Outcome = Literal["left", "right", "tie", "both_bad"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

CENTRE = 1000.0
"""The mean rating of a group of models that met."""

SCALE = 400.0 / log(10.0)
"""Points of rating to a unit of log-strength: 400 points are odds of 10 to 1, as in Elo."""


class Vote(NamedTuple):
    """A model's answer against another's; which stood left is kept, though it decides nothing."""

    left: str
    right: str
    outcome: Outcome


Votes = Iterable[Vote] | Mapping[Vote, int]
"""Votes one by one, or each kind with its number, as a database counts them."""


@dataclass(frozen=True)
class Rating:
    """A model's place. `low` and `high` (and the ranks likewise) bound 95%; rank 1 is the best.

    Models of different `group` never met, not even through others: nothing is known about which of
    them is better, and ratings and ranks hold within a group only.
    """

    model: str
    rating: float
    low: float
    high: float
    rank: int
    rank_low: int
    rank_high: int
    votes: int
    group: int


@dataclass(frozen=True)
class Tally:
    """A model against the baseline, in votes; `better_or_equal` is a share, with its 95% bounds."""

    model: str
    win: int
    tie: int
    lose: int
    both_bad: int
    better_or_equal: float
    low: float
    high: float


def win_tie_lose(votes: Votes, baseline: str) -> list[Tally]:
    """How each model fared against the baseline, the best first.

    "Better or equal" counts wins, ties and "both bad" among all votes between the two; its bounds
    are Wilson's score interval (Wilson, JASA 22, 1927).
    """
    outcomes: dict[str, Counter[str]] = {}
    for (left, right, outcome), count in Counter(votes).items():
        if baseline in (left, right) and left != right:
            model, is_left = (left, True) if right == baseline else (right, False)
            outcomes.setdefault(model, Counter())[_seen_from(is_left, outcome)] += count
    tallies = [_tally(model, counted) for model, counted in outcomes.items()]
    return sorted(tallies, key=lambda tally: (-tally.better_or_equal, tally.model))


def _seen_from(is_left: bool, outcome: Outcome) -> str:
    if outcome in ("tie", "both_bad"):
        return outcome
    return "win" if (outcome == "left") == is_left else "lose"


def _tally(model: str, counted: Counter[str]) -> Tally:
    total = counted.total()
    equal_or_better = total - counted["lose"]
    low, high = wilson(equal_or_better, total)
    share = equal_or_better / total
    win, tie, lose, both_bad = (counted[name] for name in ("win", "tie", "lose", "both_bad"))
    return Tally(model, win, tie, lose, both_bad, share, low, high)
