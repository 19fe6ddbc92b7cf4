"""From the ballots of a campaign to a table of votes: one query, and plain arrays after it.

Voters stand in the table under pseudonyms (V1, V2, …) in an order that a secret of the installation
draws, so that neither the table nor the bundle made of it tells who they are or when they joined.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection
from django.utils.crypto import salted_hmac
from numpy.typing import NDArray
from pyarrow import csv

from evaluation.models import Answer, Ballot, Campaign, ModelVersion, Prompt
from evaluation.statistics.table import Table

FEATURES = ("length", "headers", "lists", "bold")
"""What is controlled for besides the side: of the left answer less the right one."""

_HEADER = re.compile(r"^ {0,3}#{1,6} ", re.M)
_LIST = re.compile(r"^ *(?:[-*+] |\d{1,3}(?:[.)] |、))", re.M)
_BOLD = re.compile(r"\*\*[^*\n]+\*\*")

# Codes as in Table.outcome.
_VOTES = """
COPY (
  SELECT m.prompt_id,
         CASE WHEN b.first_is_left THEN m.first_id ELSE m.second_id END,
         CASE WHEN b.first_is_left THEN m.second_id ELSE m.first_id END,
         CASE {choice} WHEN 'left' THEN 0 WHEN 'right' THEN 1 WHEN 'tie' THEN 2 ELSE 3 END,
         b.holder_id
    FROM evaluation_ballot b JOIN evaluation_matchup m ON m.id = b.matchup_id
   WHERE b.campaign_id = {campaign} AND b.kind = 'vote' AND b.done_at IS NOT NULL
     AND b.choice <> 'skip' AND {choice} IS NOT NULL
) TO STDOUT (FORMAT csv)
"""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Names:
    """The distinct values of a column and the name of each; rows are told by place among names."""

    keys: Ints
    places: NDArray[np.int32]
    names: tuple[str, ...]

    def of(self, column: Ints) -> NDArray[np.int32]:
        return self.places[np.searchsorted(self.keys, column)]


def table_of(campaign: Campaign, criterion: str = "") -> Table:
    """Every vote that counts: neither skipped, nor repeated, nor an attention item.

    By what was said of one criterion, where one is named, of the votes that say it.

    Rows, and the names that they point to, are in an order that depends on what was voted alone, so
    that a bundle read anywhere gives the same table, and so the same bootstrap samples.
    """
    prompt, left, right, outcome, voter = _columns(campaign, criterion)
    answers = _answers(np.union1d(left, right))
    compared = ModelVersion.objects.filter(project=campaign.project_id)
    models = _names(answers.model, dict(compared.values_list("pk", "name")))
    keys = np.unique(prompt)
    asked = Prompt.objects.in_bulk([int(key) for key in keys])
    prompts = _names(prompt, {pk: row.key for pk, row in asked.items()})
    categories = {pk: row.category for pk, row in asked.items()}
    names = tuple(sorted(set(categories.values())))
    of_prompt = np.array([names.index(categories[int(key)]) for key in keys], dtype=np.int32)
    voters = _names(voter, _pseudonyms(campaign))
    return ordered(
        Table(
            models=models.names,
            left=models.of(answers.model_of(left)),
            right=models.of(answers.model_of(right)),
            outcome=outcome.astype(np.int8),
            count=np.ones(len(outcome)),
            prompt=prompts.of(prompt),
            evaluator=voters.of(voter),
            category=of_prompt[np.searchsorted(keys, prompt)]
            if len(keys)
            else np.zeros(0, dtype=np.int32),
            prompts=prompts.names,
            evaluators=voters.names,
            categories=names,
            features=_standardised(answers.features_of(left) - answers.features_of(right)),
            feature_names=FEATURES,
        )
    )


def nothing() -> Table:
    """A table without a vote."""
    none = np.zeros(0, dtype=np.int32)
    return Table(
        models=(),
        left=none,
        right=none,
        outcome=none.astype(np.int8),
        count=np.zeros(0),
        prompt=none,
        evaluator=none,
        category=none,
        prompts=(),
        evaluators=(),
        categories=(),
        features=np.zeros((0, len(FEATURES))),
        feature_names=FEATURES,
    )


def ordered(table: Table) -> Table:
    """The same votes, sorted by all that tells them apart."""
    keys = (table.outcome, table.right, table.left, table.evaluator, table.prompt)
    order = np.lexsort(keys)
    columns = ("left", "right", "outcome", "count", "prompt", "evaluator", "category", "features")
    return replace(table, **{name: getattr(table, name)[order] for name in columns})


def features(text: str) -> tuple[float, ...]:
    """Of one answer: log of 1 + its characters, and of 1 + its headings, list items, bold spans.

    The four of Li, Angelopoulos and Chiang: Does style matter? (LMSYS, 2024); in logarithms, since
    the tenth item of a list tells less than the first (ours: they divide by the sum of both).
    """
    marks = (len(pattern.findall(text)) for pattern in (_HEADER, _LIST, _BOLD))
    return log(1 + len(text)), *(log(1 + count) for count in marks)


@dataclass(frozen=True)
class _Answers:
    keys: Ints
    model: Ints
    features: Floats

    def model_of(self, column: Ints) -> Ints:
        return self.model[np.searchsorted(self.keys, column)]

    def features_of(self, column: Ints) -> Floats:
        return self.features[np.searchsorted(self.keys, column)]


def _columns(campaign: Campaign, criterion: str) -> Sequence[Ints]:
    if criterion and criterion not in Campaign.Criterion.values:
        raise ValueError(criterion)
    choice = f"b.ratings->>'{criterion}'" if criterion else "b.choice"
    query, read = _VOTES.format(campaign=int(campaign.pk), choice=choice), io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for block in copy:
            read.write(block)
    if not read.tell():
        return [np.zeros(0, dtype=np.int64)] * 5
    read.seek(0)
    names = ["prompt", "left", "right", "outcome", "voter"]
    types: Any = dict.fromkeys(names, pa.int64())
    found = csv.read_csv(
        read,
        read_options=csv.ReadOptions(column_names=names),
        convert_options=csv.ConvertOptions(column_types=types),
    )
    return [found[name].to_numpy() for name in names]


def _answers(keys: Ints) -> _Answers:
    found = Answer.objects.filter(pk__in=[int(key) for key in keys]).order_by("pk")
    rows = [(model, features(text)) for model, text in found.values_list("model_id", "text")]
    return _Answers(
        keys,
        np.array([model for model, _ in rows], dtype=np.int64),
        np.array([each for _, each in rows]).reshape(len(rows), len(FEATURES)),
    )


def _names(column: Ints, named: dict[int, str]) -> _Names:
    keys = np.unique(column)
    used = [named[int(key)] for key in keys]
    order = sorted(used)
    place = {name: at for at, name in enumerate(order)}
    return _Names(keys, np.array([place[name] for name in used], dtype=np.int32), tuple(order))


def _pseudonyms(campaign: Campaign) -> dict[int, str]:
    voted = Ballot.objects.filter(campaign=campaign).counted()
    people = set(voted.values_list("holder_id", flat=True).order_by().distinct())
    width = len(str(len(people)))  # V01 … V32, so that names and numbers sort alike
    shuffled = sorted(people, key=lambda person: drawn(campaign, person))
    return {person: f"V{at:0{width}}" for at, person in enumerate(shuffled, 1)}


def drawn(campaign: Campaign, person: int) -> str:
    """What puts the voters of a campaign into an order that nobody outside can know."""
    return salted_hmac("evaluation.voter", f"{campaign.pk}:{person}").hexdigest()


def _standardised(differences: Floats) -> Floats:
    """Each column divided by its standard deviation about 0: an effect is one of a usual difference."""
    spread = np.sqrt(np.mean(differences**2, axis=0)) if len(differences) else np.ones(1)
    return np.asarray(differences / np.where(spread > 0, spread, 1.0), dtype=np.float64)
