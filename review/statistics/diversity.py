"""How varied the rows are. Counted over every n-th row: the sample is told with each figure."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from cqia.lib.diversity import alikeness, distinct, spoken, verb_and_noun
from cqia.lib.minhash import shingles
from review.statistics.base import KEPT, Binned, Figure, Row, ranked

WORDS = 100_000  # that distinct-n is counted over
_READ = 4000  # characters of a text that are looked at
_NOUNS = 4  # shown of each verb


class Verbs(Figure):
    id: ClassVar[str] = "verbs"
    name = _("Verbs and nouns")
    description = _(
        "What instructions ask for: the first verb and the noun it acts on, by jieba’s parts of"
        " speech. An approximation of the root verb and object of a dependency parse."
    )
    most = 5_000

    def __init__(self) -> None:
        self.nouns: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, row: Row) -> None:
        if asked := verb_and_noun(row.data["instruction"]):
            verb, noun = asked
            self.nouns[verb][noun] += 1

    def data(self) -> dict[str, Any]:
        verbs = Counter({verb: nouns.total() for verb, nouns in self.nouns.items()})
        return {
            "found": verbs.total(),
            "verbs": len(verbs),
            "pairs": sum(map(len, self.nouns.values())),
            "top": [
                [verb, count, ranked(self.nouns[verb])[:_NOUNS]]
                for verb, count in ranked(verbs)[: KEPT // 4]
            ],
        }


class Words(Figure):
    id: ClassVar[str] = "words"
    name = _("distinct-n")
    description = _(
        "The share of different ones among all runs of 1, 2 and 3 words. It falls as texts grow, so"
        " only figures over as many words can be compared."
    )
    most = 5_000

    def __init__(self) -> None:
        self.rows: list[tuple[bytes, str, str]] = []

    def add(self, row: Row) -> None:
        record = row.data
        self.rows.append((row.digest, record["instruction"][:_READ], record["output"][:_READ]))

    def data(self) -> dict[str, Any]:
        # By digest, so that the words are from all sources in whatever order the rows stand.
        self.rows.sort()
        return {
            "prompt": _distinct([prompt for _digest, prompt, _answer in self.rows]),
            "answer": _distinct([answer for _digest, _prompt, answer in self.rows]),
        }


def _distinct(texts: list[str]) -> dict[str, Any]:
    spoken_ = list(_first(texts, WORDS))
    shares = [round(distinct(spoken_, size).share, 4) for size in (1, 2, 3)]
    return {"words": sum(map(len, spoken_)), "texts": len(spoken_), "shares": shares}


def _first(texts: list[str], most: int) -> Iterator[list[str]]:
    """The words of each text until there are so many; the last text is cut."""
    for text in texts:
        words = spoken(text)[:most]
        yield words
        most -= len(words)
        if not most:
            return


class Likeness(Figure):
    id: ClassVar[str] = "likeness"
    name = _("Likeness")
    description = _(
        "How alike the rows of the sample are, prompt and answer together: Jaccard index of runs of 5"
        " characters, estimated by MinHash."
    )
    most = 2_000

    def __init__(self) -> None:
        self.texts: list[str] = []

    def add(self, row: Row) -> None:
        record = row.data
        self.texts.append(f"{record['instruction']}\n{record['output'][:_READ]}")

    def data(self) -> dict[str, Any]:
        found = alikeness([grams for text in self.texts if len(grams := shingles(text))])
        nearest = Binned(0.05, 1)
        for value in found.nearest.tolist():
            nearest.add(value)
        return {
            "diversity": round(1 - found.mean, 4),
            "near": int((found.nearest >= 0.8).sum()),
            "nearest": nearest.data(),
        }
