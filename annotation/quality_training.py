"""What people's decisions teach: read, learned from, and kept as a version that can be made again.

What counts as what: a pair accepted or ranked was accepted; a reviewer who fixes an answer says
that it had to be rewritten, and one who rejects a pair that it should not have been accepted. What
was sent back is left out until it is decided on anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Max
from numpy.typing import NDArray

from annotation.checks import CHECKS
from annotation.models import (
    Annotation,
    Claim,
    Pair,
    Predictor,
    Project,
    QualityModel,
    Transition,
    TriageItem,
)
from annotation.quality_fit import FOLDS, Fit, Flags, Floats, fit, groups_of
from annotation.quality_scores import ACCEPT, CHANCES, REWRITE, check_features, scores_of, side
from annotation.quality_words import Side, Vocabulary, learn
from annotation.texts import whole_texts
from cqia.lib.errors import CqiaError

LEAST = 50  # decisions below which nothing is learned (ours)
LEAST_OF_EACH = 2 * FOLDS  # decisions of each kind, on prompts that differ: two a fold (ours)
_SEED = 20240401
_CHUNK = 500
_WANTED = {ACCEPT: "accept", REWRITE: "rewrite"}
_DECISIONS_SQL = f"""
WITH decided AS (
    SELECT DISTINCT ON (decision.claim_id) decision.pair_id, decision.seconds,
           CASE WHEN decision.all_bad THEN 'reject' WHEN decision.verb IN ('rank', 'pick')
                THEN 'accept' ELSE decision.verb END AS verb
      FROM {Annotation._meta.db_table} decision
      JOIN {Pair._meta.db_table} pair ON pair.id = decision.pair_id
      JOIN {Claim._meta.db_table} claim ON claim.id = decision.claim_id AND claim.gold_id IS NULL
     WHERE pair.project_id = %(project)s AND decision.id <= %(last_annotation)s
       -- Nobody looked at each of those that were kept from a sample.
       AND NOT EXISTS (SELECT FROM {TriageItem._meta.db_table} WHERE annotation_id = decision.id)
     ORDER BY decision.claim_id, decision.id DESC
)
SELECT decided.pair_id, decided.verb, decided.seconds,
       CASE moved.verb WHEN 'reject' THEN 'reject' WHEN 'fix' THEN 'rewrite' ELSE decided.verb END
  FROM decided LEFT JOIN LATERAL (
      SELECT verb FROM {Transition._meta.db_table} move
       WHERE move.pair_id = decided.pair_id AND move.id <= %(last_transition)s
         AND verb IN ('annotate', 'approve', 'fix', 'return', 'reject')
       ORDER BY id DESC LIMIT 1
  ) moved ON true
 WHERE moved.verb IS DISTINCT FROM 'return'
 ORDER BY decided.pair_id
"""


@dataclass(frozen=True)
class Decided:
    """The decisions up to some moment: of which pair each, as what it counts, how long each took."""

    last_annotation: int
    last_transition: int
    pairs: list[int]
    outcomes: list[str]
    seconds: dict[str, float]


@dataclass(frozen=True)
class Taught:
    """A training before it is stored."""

    decided: Decided
    vocabulary: Vocabulary
    checks: list[dict[str, Any]]
    fits: dict[str, Fit]


def teach(project: Project, until: QualityModel | None = None) -> Taught:
    """What the decisions teach, up to now or up to where another training was."""
    decided = _decided(project, until)
    ids = sorted(set(decided.pairs))
    place = {pk: at for at, pk in enumerate(ids)}
    rows = np.array([place[pk] for pk in decided.pairs], np.int64)
    sides = _sides(ids)
    groups = groups_of([prompt for prompt, _ in sides])[rows]
    kinds = {check_id: np.array(decided.outcomes) == verb for check_id, verb in _WANTED.items()}
    learnable = {check_id: kind for check_id, kind in kinds.items() if _teaches(kind, groups)}
    if not learnable:
        raise CqiaError("quality_one_kind", {"least": LEAST_OF_EACH})
    vocabulary, scores = learn(sides), scores_of(ids)
    checks = check_scales([*scores.values()])
    features = feature_matrix(vocabulary, sides, check_features(checks, scores, ids))[rows]
    fits = {
        check_id: fit(features, kind, groups, _SEED if until is None else until.seed)
        for check_id, kind in learnable.items()
    }
    return Taught(decided, vocabulary, checks, fits)


def store(project: Project, taught: Taught) -> QualityModel:
    """Keep a training as the next version. Wants the caller's transaction and `lock`."""
    decided = taught.decided
    last = QualityModel.objects.of(project.pk).aggregate(last=Max("version"))["last"] or 0
    model = QualityModel.objects.create(
        project=project,
        version=last + 1,
        decisions=len(decided.pairs),
        last_annotation=decided.last_annotation,
        last_transition=decided.last_transition,
        seed=_SEED,
        words=list(taught.vocabulary.words),
        checks=taught.checks,
        seconds=decided.seconds,
    )
    for check_id, found in taught.fits.items():
        Predictor.objects.create(
            model=model,
            check_id=check_id,
            weights=found.weights.astype("<f4").tobytes(),
            intercept=found.intercept,
            slope=found.slope,
            offset=found.offset,
            report=found.report.json,
        )
    return model


def _decided(project: Project, until: QualityModel | None) -> Decided:
    if until is None:
        last_annotation = Annotation.objects.aggregate(last=Max("pk"))["last"] or 0
        last_transition = Transition.objects.aggregate(last=Max("pk"))["last"] or 0
    else:
        last_annotation, last_transition = until.last_annotation, until.last_transition
    values = {
        "project": project.pk,
        "last_annotation": last_annotation,
        "last_transition": last_transition,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DECISIONS_SQL, values)
        rows = cursor.fetchall()
    if len(rows) < LEAST:
        raise CqiaError("quality_too_few", {"found": len(rows), "least": LEAST})
    every = [seconds for _, _, seconds, _ in rows]
    seconds = {
        verb: round(median([took for _, own, took, _ in rows if own == verb] or every), 1)
        for verb in ("accept", "rewrite", "reject")
    }
    pairs, outcomes = [row[0] for row in rows], [row[3] for row in rows]
    return Decided(last_annotation, last_transition, pairs, outcomes, seconds)


def _sides(ids: Sequence[int]) -> list[Side]:
    found: list[Side] = []
    for start_at in range(0, len(ids), _CHUNK):
        part = ids[start_at : start_at + _CHUNK]
        texts = whole_texts(part)
        found += [side(texts[pk]) for pk in part]
    return found


def _teaches(kind: Flags, groups: NDArray[np.int64]) -> bool:
    """Whether there are enough decisions of this kind, and of others, on prompts that differ."""
    each = (len(np.unique(groups[kind])), len(np.unique(groups[~kind])))
    return min(each) >= LEAST_OF_EACH


def check_scales(scores: Sequence[Mapping[str, float]]) -> list[dict[str, Any]]:
    """How each check's scores lie, of the checks that do not say the same of all these pairs."""
    found = []
    for check in CHECKS:
        values = np.array([one[check.id] for one in scores if check.id in one])
        log = check.scale is None
        values = np.log1p(np.maximum(values, 0)) if log else values
        if check.id not in CHANCES and len(values) and values.std() > 1e-9:
            mean, spread = float(values.mean()), float(values.std())
            found.append({"check": check.id, "log": log, "mean": mean, "spread": spread})
    return found


def feature_matrix(vocabulary: Vocabulary, sides: Sequence[Side], found: Floats) -> Any:
    """A row a pair: its words in the prompt and in the answers, then its checks."""
    from scipy.sparse import csr_matrix, hstack, vstack

    parts = []
    for start_at in range(0, len(sides), _CHUNK):
        part = sides[start_at : start_at + _CHUNK]
        hits = vocabulary.hits(part)
        cells = (hits.share[hits.rows], (hits.rows, hits.columns))
        parts.append(csr_matrix(cells, shape=(len(part), vocabulary.width)))
    return hstack([vstack(parts), csr_matrix(found)]).tocsr()
