"""What an answer shares with one of a model: the longest run of characters, for the reviewer's eyes.

Models' answers are read in the background. Of their runs of five characters every 64th (by its hash) is
stored, so that a run of 200 that two texts share is met with a chance of 0.95, one of 100 with 0.78.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

import numpy as np
from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from annotation.models import Annotation, AnswerGram, AnswersRead, Response
from cqia.lib.diff import diff
from cqia.lib.grams import Hashes, grams, letters
from cqia.lib.runs import longest_common_run

SIZE = 5
EVERY = np.uint64(64)
_ODD = 0x9E3779B97F4A7C15
# Defaults of this project.
LEAST = 13  # letters of a run that is told of; shorter ones are phrases that anybody writes
LIMIT = 20_000  # letters of a text that are compared
MET = 20  # answers under one gram, and
COMPARED = 12  # answers that one text is compared with
AGE = timedelta(minutes=5)  # answers younger than this may belong to an import that has not ended
CHUNK = 1_000
SECONDS = 20.0  # at a time


@dataclass(frozen=True)
class Run:
    """The longest run: its letters, their share of what the person added, and whose it is."""

    text: str
    share: float
    answer: Response

    @property
    def length(self) -> int:
        return len(self.text)


def longest_run(annotation: Annotation) -> Run | None:
    """What this person added to the answer they began with, compared with the models' answers of the
    pair and of the project; None where nothing was written, or where no run is worth telling of."""
    written = annotation.response
    if written is None or written.author_id != annotation.author_id:
        return None
    added = _added(written)
    found = [
        Run(run, len(run) / sum(map(len, added)), answer)
        for answer in _candidates(annotation, written, added)
        for run in (longest_common_run(part, letters(answer.text)[:LIMIT]) for part in added)
    ]
    best = max(found, key=lambda run: run.length, default=None)
    return best if best is not None and best.length >= LEAST else None


def _added(written: Response) -> list[str]:
    """The letters of each stretch that is not of the answer it was made of."""
    before = written.parent.text if written.parent else ""
    stretches = (letters(op.text) for op in diff(before, written.text) if op.op == "ins")
    return [stretch[:LIMIT] for stretch in stretches if len(stretch) >= LEAST]


def _candidates(
    annotation: Annotation, written: Response, added: Sequence[str]
) -> QuerySet[Response]:
    """Models' answers: those of the pair, and those of the project that meet a gram of what was added."""
    project_id = annotation.pair.project_id
    sampled = [_sampled(part, project_id) for part in added]
    met = _meet(np.concatenate(sampled)) if sampled else []
    models = Response.objects.filter(origin=Response.Origin.LLM, pair__project=project_id)
    near = models.filter(pair=annotation.pair_id) | models.filter(pk__in=met)
    return near.exclude(pk__in=(written.pk, written.parent_id or 0)).select_related("pair")


def _sampled(text: str, project_id: int) -> Hashes:
    """The stored ones of the grams of these letters, for this project."""
    hashes = grams(text, SIZE)
    salt = np.uint64(project_id * _ODD % 2**64)
    kept: Hashes = np.unique(hashes[hashes % EVERY == 0] + salt)
    return kept


_MEET_SQL = f"""
SELECT met.response FROM unnest(%s::bigint[]) AS fresh(gram),
       LATERAL (SELECT response FROM {AnswerGram._meta.db_table} known
                 WHERE known.gram = fresh.gram LIMIT {MET}) AS met
 GROUP BY met.response ORDER BY count(*) DESC, met.response LIMIT {COMPARED}
"""


def _meet(hashes: Hashes) -> list[int]:
    """The answers with the most of these grams."""
    with connection.cursor() as cursor:
        cursor.execute(_MEET_SQL, [hashes.view(np.int64).tolist()])
        return [pk for (pk,) in cursor.fetchall()]


def read_answers(seconds: float = SECONDS) -> int:
    """Store the grams of models' answers that came since the last time; returns how many were read.

    One worker at a time; what is left after `seconds` is for the next time.
    """
    AnswersRead.objects.get_or_create(pk=1)
    end, total = monotonic() + seconds, 0
    while monotonic() < end:
        count = _read_chunk()
        total += count
        if count < CHUNK:
            break
    return total


@transaction.atomic
def _read_chunk() -> int:
    mark = AnswersRead.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if mark is None:
        return 0
    fresh = Response.objects.filter(pk__gt=mark.upto, created_at__lt=timezone.now() - AGE)
    models = fresh.filter(origin=Response.Origin.LLM).order_by("pk")
    rows = list(models.values_list("pk", "pair__project", "text")[:CHUNK])
    _store(rows)
    last = rows[-1][0] if len(rows) == CHUNK else fresh.aggregate(last=Max("pk"))["last"]
    AnswersRead.objects.filter(pk=1).update(upto=last or mark.upto)
    return len(rows)


_STORE_SQL = f"""
INSERT INTO {AnswerGram._meta.db_table} (gram, response)
SELECT gram, response FROM unnest(%s::bigint[], %s::bigint[]) AS fresh(gram, response)
 ORDER BY 1, 2 ON CONFLICT DO NOTHING
"""


def _store(rows: Sequence[tuple[int, int, str]]) -> None:
    kept = [(pk, _sampled(letters(text), project_id)) for pk, project_id, text in rows]
    owners = [pk for pk, hashes in kept for _gram in hashes]
    if owners:
        found = np.concatenate([hashes for _pk, hashes in kept]).view(np.int64).tolist()
        with connection.cursor() as cursor:
            cursor.execute(_STORE_SQL, [found, owners])
