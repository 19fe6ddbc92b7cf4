"""Votes that others published, in the three shapes they come in, as votes that this project ranks.

* stars: `{"question_id", "model", "<who>_stars": {aspect: stars}}`, as LLMEval-2 has them;
* pairs: `{"question_id", "item", "model_a", "model_b", "winner", "judge"}`, as PandaLM has them;
* rankings: `{"question_id", "ranked_outputs": [best, …]}`, as OpenAssistant's are often given.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from statistics import fmean
from typing import Any

import numpy as np

from evaluation.ranking import OUTCOMES, Outcome, Vote, Votes
from evaluation.statistics.table import Table

Row = Mapping[str, Any]

_WINNERS: dict[str, Outcome] = {"model_a": "left", "model_b": "right", "tie": "tie"}


def mean_stars(rows: Iterable[Row], who: str) -> dict[str, dict[str, float]]:
    """The mean of each aspect of each model, over the questions that `who` gave stars for it."""
    given: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        for aspect, stars in (row[who] or {}).items():
            given[row["model"]][aspect].append(stars)
    return {
        model: {aspect: fmean(stars) for aspect, stars in aspects.items()}
        for model, aspects in given.items()
    }


def votes_of_stars(rows: Iterable[Row], who: str) -> Iterator[Vote]:
    """Of each two answers to a question the one with more stars wins, summed over the aspects."""
    answers: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for row in rows:
        if row[who]:
            answers[row["question_id"]].append((row["model"], sum(row[who].values())))
    for rated in answers.values():
        for (one, stars), (other, others) in combinations(rated, 2):
            yield Vote(one, other, _better(stars, others))


def votes_of_pairs(rows: Iterable[Row]) -> Iterator[Vote]:
    for row in rows:
        yield Vote(row["model_a"], row["model_b"], _WINNERS[row["winner"]])


def votes_of_rankings(rows: Iterable[Row]) -> Iterator[Vote]:
    """Each answer against each that was ranked below it; an answer is named by question and text.

    Equal texts of one question do not meet.
    """
    for row in rows:
        named = [f"{row['question_id']}\x1f{text}" for text in row["ranked_outputs"]]
        for better, worse in combinations(named, 2):
            if better != worse:
                yield Vote(better, worse, "left")


def labels_of_judges(rows: Iterable[Row]) -> dict[str, list[str]]:
    """What each judge said of every pair that all of them judged, in the same order."""
    said: dict[tuple[Any, ...], dict[str, str]] = defaultdict(dict)
    for row in rows:
        said[row["question_id"], row["item"]][row["judge"]] = row["winner"]
    judges = sorted({judge for labels in said.values() for judge in labels})
    whole = [labels for labels in said.values() if len(labels) == len(judges)]
    return {judge: [labels[judge] for labels in whole] for judge in judges}


def kappas(labels: Mapping[str, list[str]]) -> dict[tuple[str, str], float]:
    """Cohen's kappa of each two judges (Cohen, Educational and Psychological Measurement 20, 1960)."""
    from sklearn.metrics import cohen_kappa_score  # SciPy takes seconds to import

    return {
        (one, other): float(cohen_kappa_score(labels[one], labels[other]))
        for one, other in combinations(labels, 2)
    }


def _better(stars: float, others: float) -> Outcome:
    if stars == others:
        return "tie"
    return "left" if stars > others else "right"


def table_of(votes: Votes) -> Table:
    """The votes as a table of one prompt and one person: neither is known, or they do not matter."""
    counted = sorted(Counter(votes).items())
    models = tuple(sorted({name for vote, _ in counted for name in vote[:2]}))
    place = {model: at for at, model in enumerate(models)}
    none = np.zeros(len(counted), dtype=np.int32)
    return Table(
        models=models,
        left=np.array([place[vote.left] for vote, _ in counted], dtype=np.int32),
        right=np.array([place[vote.right] for vote, _ in counted], dtype=np.int32),
        outcome=np.array([OUTCOMES.index(vote.outcome) for vote, _ in counted], dtype=np.int8),
        count=np.array([count for _, count in counted], dtype=np.float64),
        prompt=none,
        evaluator=none,
        category=none,
        prompts=("",),
        evaluators=("",),
        categories=("",),
        features=np.zeros((len(counted), 0)),
        feature_names=(),
    )
