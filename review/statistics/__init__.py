"""The figures of a release: each a class, all of them in this tuple, counted once."""

from review.statistics.base import Figure
from review.statistics.diversity import Likeness, Verbs, Words
from review.statistics.lengths import Lengths
from review.statistics.mix import Mix
from review.statistics.people import Decisions, People
from review.statistics.scores import Agreement, Scores

FIGURES: tuple[type[Figure], ...] = (
    Mix,
    Lengths,
    Scores,
    Agreement,
    Decisions,
    People,
    Verbs,
    Words,
    Likeness,
)

__all__ = ["FIGURES", "Figure"]
