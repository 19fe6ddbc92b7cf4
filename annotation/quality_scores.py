"""What the learned model says of pairs: chances between 0 and 1, stored as findings like any other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import connection

from annotation.models import Finding, Project, QualityModel
from annotation.quality_fit import Floats, chances
from annotation.quality_words import Side, Vocabulary
from annotation.texts import Whole, whole_texts

ACCEPT, REWRITE = "accept_chance", "rewrite_chance"
CHANCES = (ACCEPT, REWRITE)
_FAR = 3.0  # spreads from the mean beyond which a check's score counts no more
_COPY = (
    f"COPY {Finding._meta.db_table} (pair_id, project_id, check_id, version, score, evidence)"
    " FROM STDIN"
)

Scores = Mapping[int, Mapping[str, float]]  # of each pair: what its checks found


@dataclass(frozen=True)
class Learned:
    """One of a model's two chances, ready to be computed."""

    check_id: str
    weights: Floats
    intercept: float
    slope: float
    offset: float


@dataclass(frozen=True)
class Loaded:
    version: int
    vocabulary: Vocabulary
    checks: list[dict[str, Any]]
    learned: tuple[Learned, ...]

    def chances(self, sides: Sequence[Side], found: Floats) -> dict[str, Floats]:
        """The chances of these texts, whose checks found what `check_features` makes of it."""
        hits, width = self.vocabulary.hits(sides), self.vocabulary.width
        said = {}
        for one in self.learned:
            words = np.bincount(hits.rows, weights=one.weights[hits.columns], minlength=len(sides))
            scores = words * hits.share + found @ one.weights[width:] + one.intercept
            said[one.check_id] = chances(scores, one.slope, one.offset)
        return said


def predict(project: Project, ids: Sequence[int]) -> None:
    """Store the chances of these pairs in place of earlier ones; nothing where there is no model yet.

    Wants the caller's transaction, with what the checks found already stored.
    """
    newest = QualityModel.objects.of(project.pk).order_by("-version").values_list("pk").first()
    if newest is None:
        return
    model, texts = load(*newest), whole_texts(ids)
    found = check_features(model.checks, scores_of(ids), ids)
    said = model.chances([side(texts[pk]) for pk in ids], found)
    Finding.objects.filter(pair__in=ids, check_id__in=CHANCES).delete()
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for check_id, values in said.items():
            for pk, chance in zip(ids, values.tolist(), strict=True):
                copy.write_row((pk, project.pk, check_id, model.version, chance, ""))


@lru_cache(maxsize=8)
def load(pk: int) -> Loaded:
    """A model as it computes. Its rows are never changed, so neither is what is kept of them."""
    row = QualityModel.objects.get(pk=pk)
    learned = tuple(
        Learned(
            one.check_id,
            np.frombuffer(bytes(one.weights), "<f4").astype(np.float64),
            one.intercept,
            one.slope,
            one.offset,
        )
        for one in row.predictors.order_by("check_id")
    )
    return Loaded(row.version, Vocabulary(tuple(row.words)), row.checks, learned)


def side(text: Whole) -> Side:
    return text.prompt, "\n".join(text.answers)


def scores_of(ids: Sequence[int]) -> Scores:
    """What the checks have found of these pairs, the chances apart."""
    scores: dict[int, dict[str, float]] = {pk: {} for pk in ids}
    found = Finding.objects.filter(pair__in=ids).exclude(check_id__in=CHANCES)
    for pk, check_id, score in found.values_list("pair", "check_id", "score"):
        scores[pk][check_id] = score
    return scores


def check_features(
    checks: Sequence[Mapping[str, Any]], scores: Scores, ids: Sequence[int]
) -> Floats:
    """A row a pair, a column a check: spreads from the mean; 0 where a check has not measured it."""
    table = np.zeros((len(ids), len(checks)))
    for column, check in enumerate(checks):
        values = np.array([scores[pk].get(check["check"], np.nan) for pk in ids], np.float64)
        if check["log"]:
            values = np.log1p(np.maximum(values, 0))
        table[:, column] = np.nan_to_num((values - check["mean"]) / check["spread"])
    return np.clip(table, -_FAR, _FAR)
