"""Which pairs are nearly the same: each is compared with all that arrived before it.

A text meets another under one of its MinHash keys, which lie in one index; how alike the two are is
then counted on their texts. Pairs arrive one chunk after the other, in short transactions: keys that
two runs store at once, neither would see. Who has arrived can be measured at any time later, by many
workers at once, as all that came before it is in the index.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import connection

from annotation.checks.base import Measurement
from annotation.models import Arrival, Band, Likeness, Ruling, State
from annotation.newcomers import SCOPES, Keys, Newcomers, compared
from annotation.texts import Whole, whole_texts
from cqia.lib.grams import Hashes
from cqia.lib.minhash import BITS, jaccard, shingles

LEAST = 0.6  # likeness from which two pairs are remembered; below, half of them would be missed
# A text that thousands share meets the first MET of them under a key and is compared with COMPARED,
# those with the most keys in common first: a common prompt costs no more than another.
MET = 20
COMPARED = 12
REMEMBERED = 4  # of the pairs that one pair is like, the likest
_TURN = 0x41525249  # the first half of an advisory lock's key
_CATCH_UP = 500  # pairs whose keys are stored at a time

_ARRIVE_SQL = f"""
INSERT INTO {Arrival._meta.db_table} AS arrival (pair_id, banded)
SELECT id, true FROM unnest(%s::bigint[]) AS id ORDER BY id
ON CONFLICT (pair_id) DO UPDATE SET banded = true WHERE NOT arrival.banded
"""
# Before each key stands the number of a quarter of a million arrivals: what is stored lands in one part
# of the index, whose pages are at hand, however long the rest has grown; who looks, looks into each.
_PART = "({} >> 18)"
_STORE_SQL = f"""
INSERT INTO {Band._meta.db_table} (key, arrival)
SELECT ({_PART.format("arrival")} << {BITS}) | key, arrival
  FROM unnest(%s::bigint[], %s::bigint[]) AS fresh(key, arrival) ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""
# LATERAL: a look into the index for each key, which ends after MET rows however many there are.
_MEET_SQL = f"""
SELECT fresh.pair_id, fresh.key, met.arrival
  FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS fresh(pair_id, key, arrival),
       generate_series(0, {_PART.format("fresh.arrival")}) AS part,
       LATERAL (SELECT band.arrival FROM {Band._meta.db_table} band
                 WHERE band.key = (part << {BITS}) | fresh.key AND band.arrival < fresh.arrival
                 ORDER BY band.arrival LIMIT {MET}) AS met
 ORDER BY met.arrival
"""
_REMEMBER_SQL = f"""
INSERT INTO {Likeness._meta.db_table} (project_id, check_id, later_id, earlier_id, jaccard)
SELECT %s, %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::float[])
ON CONFLICT (later_id, check_id, earlier_id) DO UPDATE SET jaccard = excluded.jaccard
"""


class Meeting(NamedTuple):
    """A pair, the key under which it meets another, and when that one arrived."""

    pair: int
    key: int
    arrival: int


class Found(NamedTuple):
    """An earlier pair, and how alike the later one is to it: the share of 5-grams in common."""

    pair: int
    jaccard: float


def arrive(newcomers: Newcomers) -> None:
    """Give these pairs their places in the order of arrival, by their ids, and store their keys.

    Wants a transaction, which should end soon: whoever else arrives waits for it. Safe to repeat.
    """
    every = [newcomers.keys(check_id) for check_id in SCOPES]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_TURN, newcomers.project_id])
        cursor.execute(_ARRIVE_SQL, [newcomers.ids])
    arrivals = _arrivals(newcomers.ids)
    for keys in every:
        _store(keys, arrivals)
    _catch_up(newcomers.project_id)


def measure(newcomers: Newcomers, check_id: str) -> dict[int, Measurement]:
    """The highest likeness of each pair to an earlier one, and that pair; remembers the likest.

    They must have arrived.
    """
    met = _likeliest(_meet(newcomers.keys(check_id), _arrivals(newcomers.ids)))
    apart = _apart(check_id, newcomers.ids)
    found = {
        pk: [one for one in ranked if (pk, one.pair) not in apart]
        for pk, ranked in _compare(check_id, newcomers.texts, met).items()
    }
    _remember(newcomers, check_id, found)
    return {pk: measurement(found.get(pk, ())) for pk in newcomers.texts}


def measurement(found: Iterable[Found]) -> Measurement:
    """What the check says of a pair like these; where two are equally like it, the one named first."""
    best = max(found, key=lambda one: one.jaccard, default=None)
    return Measurement(best.jaccard, str(best.pair)) if best and best.jaccard else Measurement(0.0)


def likeness(one: Sequence[Hashes], other: Sequence[Hashes]) -> float:
    """The least Jaccard index of what is compared; a text that both lack has no say."""
    both = [(a, b) for a, b in zip(one, other, strict=True) if len(a) or len(b)]
    return min((jaccard(a, b) for a, b in both), default=0.0)


def _arrivals(ids: Sequence[int]) -> dict[int, int]:
    return dict(Arrival.objects.filter(pair__in=ids).values_list("pair", "pk"))


def _meet(keys: Keys, arrivals: dict[int, int]) -> list[Meeting]:
    """Whom each pair meets under each of its keys, among what arrived before it, in that order."""
    with connection.cursor() as cursor:
        owners = [pk for pk, own in keys.items() for _key in own]
        cursor.execute(_MEET_SQL, [_array(owners), *_columns(keys, arrivals)])
        return [Meeting(*row) for row in cursor.fetchall()]


def _likeliest(meetings: Iterable[Meeting]) -> dict[int, list[int]]:
    """The pairs that each pair meets, those under most keys first."""
    under: dict[tuple[int, int], list[int]] = defaultdict(list)
    for pk, key, arrival in meetings:
        if len(under[pk, key]) < MET:
            under[pk, key].append(arrival)
    times: dict[int, Counter[int]] = defaultdict(Counter)
    for (pk, _key), arrivals in under.items():
        times[pk].update(arrivals)
    ranked = {
        pk: sorted(times[pk], key=lambda arrival: (-times[pk][arrival], arrival))[:COMPARED]
        for pk in times
    }
    # Not joined to: the planner, who cannot know how few meet, would read all arrivals.
    wanted = {arrival for arrivals in ranked.values() for arrival in arrivals}
    pair_of = dict(Arrival.objects.filter(pk__in=wanted).values_list("pk", "pair"))
    return {pk: [pair_of[one] for one in met if one in pair_of] for pk, met in ranked.items()}


def _store(keys: Keys, arrivals: dict[int, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_STORE_SQL, _columns(keys, arrivals))


def _columns(keys: Keys, arrivals: dict[int, int]) -> tuple[str, str]:
    """All keys, and the arrival that each belongs to."""
    every = (key for own in keys.values() for key in own)
    return _array(every), _array(arrivals[pk] for pk, own in keys.items() for _key in own)


def _array(numbers: Iterable[int]) -> str:
    """As PostgreSQL writes one; psycopg takes longer to."""
    return "{" + ",".join(map(str, numbers)) + "}"


def _compare(
    check_id: str, texts: dict[int, Whole], met: dict[int, list[int]]
) -> dict[int, list[Found]]:
    """The likeness of each pair to those that it meets; after an equal none is looked at."""
    wanted = {pk for earlier in met.values() for pk in earlier}
    known = texts | whole_texts(list(wanted - set(texts)))
    sets = {
        pk: [shingles(text) for text in compared(check_id, known[pk])] for pk in wanted | set(met)
    }
    found: dict[int, list[Found]] = {}
    for pk, earlier in met.items():
        found[pk] = []
        for other in earlier:
            found[pk].append(Found(other, likeness(sets[pk], sets[other])))
            if found[pk][-1].jaccard == 1:
                break
    return found


def _remember(newcomers: Newcomers, check_id: str, found: dict[int, list[Found]]) -> None:
    """In place of what was remembered of these pairs, but for what people decided."""
    Likeness.objects.filter(check_id=check_id, later__in=newcomers.ids, ruling=None).delete()
    rows = [
        (pk, *one)
        for pk, ranked in found.items()
        for one in sorted(ranked, key=lambda one: -one.jaccard)[:REMEMBERED]
        if one.jaccard >= LEAST
    ]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(_REMEMBER_SQL, [newcomers.project_id, check_id, *columns])


def _apart(check_id: str, ids: Sequence[int]) -> set[tuple[int, int]]:
    """Later and earlier pairs of which a lead said that they are no duplicates."""
    told = Likeness.objects.filter(check_id=check_id, later__in=ids, ruling__verb=Ruling.Verb.APART)
    return set(told.values_list("later", "earlier"))


def _catch_up(project_id: int) -> None:
    """Store the keys of pairs that people decided on before there were any: they are measured no
    more, and newcomers are compared with them."""
    undecided = (State.IMPORTED, State.QUEUED, State.DROPPED)
    late = Arrival.objects.filter(banded=False, pair__project=project_id)
    late = late.exclude(pair__state__in=undecided).order_by("pk")
    while arrivals := dict(late.values_list("pair", "pk")[:_CATCH_UP]):
        older = Newcomers(project_id, list(arrivals))
        for check_id in SCOPES:
            _store(older.keys(check_id), arrivals)
        Arrival.objects.filter(pk__in=arrivals.values()).update(banded=True)
