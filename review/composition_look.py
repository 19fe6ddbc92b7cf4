"""A glance at what a composition selects while it is being written: counted, and nothing selected."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import OperationalError, connection, transaction

from annotation.models import Pair, Project, Response
from review import mixtures
from review.candidates import Sql, candidates
from review.composing import CHARACTERS, STRATUM, unit_of
from review.composition import Body, Mixture
from review.mixtures import Have, Part

SHOWN = 10  # rows
STRATA = 100  # that a page lists, the largest first, and those that the mixture names
_SECONDS = 8  # after which a glance is given up: the dry run counts at leisure
_COUNT = (
    "SELECT count(*) FILTER (WHERE kind = 'sft'), count(*) FILTER (WHERE kind <> 'sft') FROM {}"
)
_FIRST = "SELECT pair_id, response_id FROM {} ORDER BY pair_id LIMIT %s"
_STRATA = """
SELECT {stratum}, count(*), sum({units})::bigint FROM {candidates}
 WHERE kind = 'sft' GROUP BY 1 ORDER BY 2 DESC, 1
"""


@dataclass(frozen=True)
class Stratum:
    """What there is of it, what the mixture's field says, and the part that this comes to."""

    name: str
    have: Have
    amount: float | None
    part: Part | None


@dataclass(frozen=True)
class Row:
    """A pair with the answer that would be released; a rejected one may have none."""

    pair: Pair
    response: Response | None


@dataclass(frozen=True)
class Look:
    """`strata` is empty where nothing is mixed; `slow`: it would take too long to count now."""

    rows: int = 0
    rejected: int = 0
    first: Sequence[Row] = ()
    unit: str = "rows"
    strata: Sequence[Stratum] = ()
    more: int = 0  # strata that are not listed
    slow: bool = False

    @property
    def mixed(self) -> int:
        """What the mixture takes, in its unit."""
        return sum(one.part.given for one in self.strata if one.part)

    @property
    def lacks(self) -> int:
        return sum(one.part.lacks for one in self.strata if one.part)


def look_at(body: Body, project: Project, by: str = "", unit: str = "rows") -> Look:
    """Count, list the first rows, and size the strata `by` which it is mixed, or is going to be.

    A model's tokens take too long to count here: characters stand for them, see `Look.unit`.
    """
    found = candidates(body.query, project)
    try:
        with transaction.atomic():
            return _look(found, body, by, unit)
    except OperationalError:
        return Look(slow=True)


def _look(found: Sql, body: Body, by: str, unit: str) -> Look:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{_SECONDS}s'")
        cursor.execute(_COUNT.format(found.text), found.params)
        rows, rejected = cursor.fetchone()
        cursor.execute(_FIRST.format(found.text), [*found.params, SHOWN])
        look = Look(rows, rejected, _rows(cursor.fetchall()))
        if not by:
            return look
        counted = "characters" if unit == "tokens" else "rows"
        units = CHARACTERS.format("candidate") if counted == "characters" else "1"
        stratum = STRATUM[by].format("candidate")
        sql = _STRATA.format(stratum=stratum, units=units, candidates=found.text)
        cursor.execute(sql, found.params)
        there = {name: Have(rows, size) for name, rows, size in cursor.fetchall()}
    strata = _strata(there, body.mixture)
    return replace(look, unit=counted, strata=strata, more=max(0, len(there) - len(strata)))


def _rows(found: list[tuple[int, int | None]]) -> list[Row]:
    pairs = Pair.objects.select_related("source").in_bulk([pair for pair, _ in found])
    responses = Response.objects.in_bulk([response for _, response in found if response])
    return [Row(pairs[pair], responses.get(response or 0)) for pair, response in found]


def _strata(there: dict[str, Have], mixture: Mixture | None) -> list[Stratum]:
    amounts = dict(mixture.parts) if mixture else {}
    parts = {part.name: part for part in mixtures.plan(mixture, there)} if mixture else {}
    names = [*amounts, *list(there)[:STRATA]]
    return [
        Stratum(name, there.get(name, Have(0, 0)), amounts.get(name), parts.get(name))
        for name in sorted(set(names), key=lambda name: (-there.get(name, Have(0, 0)).rows, name))
    ]


def estimated(mixture: Mixture | None) -> bool:
    """Whether the glance counts characters where the selection will count tokens."""
    return unit_of(mixture) == "tokens"
