"""Which pairs are nearly the same: found as they arrive, among everything that arrived before them.

A text meets another under one of its MinHash keys (cqia.lib.minhash), which lie in one index; how
alike the two are is then counted on their texts. What two runs store at once, neither would see, so
they store under the pre-filter's lock. Most of the work comes before it: keys are made, and looked up
among what had arrived by then. Under the lock only what arrived since is looked at.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from annotation.checks.base import Measurement
from annotation.models import Arrival, Band, Likeness, Pair, Ruling, State
from annotation.texts import Whole, whole_texts
from cqia.lib.grams import Hashes
from cqia.lib.minhash import BITS, band_keys, jaccard, shingles

# What is compared, by the check that does it; the place of each goes into the keys.
SCOPES = ("near_pair", "near_prompt", "near_answer")
LEAST = 0.6  # likeness from which two pairs are remembered; below, half of them would be missed
# A text that thousands share meets the first MET of them under a key and is compared with COMPARED,
# those with the most keys in common first: a common prompt costs no more than another.
MET = 20
COMPARED = 12
REMEMBERED = 4  # of the pairs that one pair is like, the likest
TELLING = 20  # characters of an answer from which its coming again says something
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
# The last pair of a project to arrive: those before it are in the tables, too, for they come one after
# the other, under the lock.
_LATEST_SQL = f"""
SELECT arrival.id FROM {Arrival._meta.db_table} arrival
  JOIN {Pair._meta.db_table} pair ON pair.id = arrival.pair_id
 WHERE pair.project_id = %s ORDER BY arrival.id DESC LIMIT 1
"""
# LATERAL: a look into the index for each key, which ends after MET rows however many there are.
_MEET_SQL = f"""
SELECT fresh.pair_id, fresh.key, met.arrival
  FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
           AS fresh(pair_id, key, since, until),
       generate_series({_PART.format("fresh.since")}, {_PART.format("fresh.until")}) AS part,
       LATERAL (SELECT band.arrival FROM {Band._meta.db_table} band
                 WHERE band.key = (part << {BITS}) | fresh.key
                   AND band.arrival > fresh.since AND band.arrival < fresh.until
                 ORDER BY band.arrival LIMIT {MET}) AS met
 ORDER BY met.arrival
"""
_REMEMBER_SQL = f"""
INSERT INTO {Likeness._meta.db_table} (project_id, check_id, later_id, earlier_id, jaccard)
SELECT %s, %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::float[])
ON CONFLICT (later_id, check_id, earlier_id) DO UPDATE SET jaccard = excluded.jaccard
"""


Keys = dict[int, list[int]]  # by pair


class Meeting(NamedTuple):
    """A pair, the key under which it meets another, and when that one arrived."""

    pair: int
    key: int
    arrival: int


class Found(NamedTuple):
    """An earlier pair, and how alike the later one is to it: the share of 5-grams in common."""

    pair: int
    jaccard: float


def prepared(
    project_id: int, check_id: str, ids: Sequence[int]
) -> Callable[[], dict[int, Measurement]]:
    """Make the keys of these pairs; what it returns then measures them, under the lock."""
    texts = whole_texts(ids)
    first = {pk: compared(check_id, whole)[0] for pk, whole in texts.items()}
    keys = _keys(project_id, check_id, first)
    latest = _latest(project_id)
    # What arrived long ago may want new keys, of a check that is new: all of it under the lock.
    known = set(Arrival.objects.filter(pair__in=ids).values_list("pair", flat=True))
    fresh = {pk: own for pk, own in keys.items() if pk not in known}
    met = _meet(fresh, dict.fromkeys(fresh, 0), dict.fromkeys(fresh, latest + 1))

    def measure() -> dict[int, Measurement]:
        arrivals = arrive(project_id, list(texts))
        _store(keys, arrivals)
        since = _meet(keys, {pk: latest if pk in fresh else 0 for pk in keys}, arrivals)
        return _measure(project_id, check_id, texts, _likeliest(met + since))

    return measure


def _measure(
    project_id: int, check_id: str, texts: dict[int, Whole], met: dict[int, list[int]]
) -> dict[int, Measurement]:
    """The highest likeness of each pair to an earlier one, and that pair; remembers the likest."""
    apart = _apart(check_id, list(texts))
    found = {
        pk: [one for one in ranked if (pk, one.pair) not in apart]
        for pk, ranked in _compare(check_id, texts, met).items()
    }
    _remember(project_id, check_id, list(texts), found)
    return {pk: measurement(found.get(pk, ())) for pk in texts}


def measurement(found: Iterable[Found]) -> Measurement:
    """What the check says of a pair like these; where two are equally like it, the one named first."""
    best = max(found, key=lambda one: one.jaccard, default=None)
    return Measurement(best.jaccard, str(best.pair)) if best and best.jaccard else Measurement(0.0)


def arrive(project_id: int, ids: Sequence[int]) -> dict[int, int]:
    """The place of each pair in the order of arrival; by their ids where they arrive only now."""
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVE_SQL, [list(ids)])
    _catch_up(project_id)
    return dict(Arrival.objects.filter(pair__in=ids).values_list("pair", "pk"))


def compared(check_id: str, whole: Whole) -> tuple[str, ...]:
    """What of a pair a check compares; where it is more than one text, each must be alike.

    The answers of a pair count twice, as other answers to the same long question are no duplicates.
    Short answers alone are not compared: a number or a “yes” answers many questions.
    """
    answers = "\n".join(whole.answers)
    if check_id == "near_prompt":
        return (whole.prompt,)
    if check_id == "near_answer":
        return (answers if len(answers) >= TELLING else "",)
    return f"{whole.prompt}\n{answers}", answers


def likeness(one: Sequence[Hashes], other: Sequence[Hashes]) -> float:
    """The least Jaccard index of what is compared; a text that both lack has no say."""
    both = [(a, b) for a, b in zip(one, other, strict=True) if len(a) or len(b)]
    return min((jaccard(a, b) for a, b in both), default=0.0)


def _keys(project_id: int, check_id: str, texts: dict[int, str]) -> Keys:
    """The keys of each text; an empty one has none."""
    sets = {pk: found for pk, text in texts.items() if len(found := shingles(text))}
    salt = project_id * len(SCOPES) + SCOPES.index(check_id)
    return dict(zip(sets, band_keys(list(sets.values()), salt).tolist(), strict=True))


def _latest(project_id: int) -> int:
    """The arrival up to which keys can be looked up without the lock; 0 while some are still missing."""
    if Arrival.objects.filter(banded=False, pair__project=project_id).exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_LATEST_SQL, [project_id])
        row = cursor.fetchone()
    return row[0] if row else 0


def _meet(keys: Keys, since: Mapping[int, int], until: Mapping[int, int]) -> list[Meeting]:
    """Whom each pair meets under each of its keys, among what arrived after `since` and before `until`."""
    owners = [pk for pk, own in keys.items() for _key in own]
    values = [
        _array(owners),
        _array(key for own in keys.values() for key in own),
        _array(since[pk] for pk in owners),
        _array(until[pk] for pk in owners),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_MEET_SQL, values)
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
    owners = _array(arrivals[pk] for pk, own in keys.items() for _key in own)
    every = _array(key for own in keys.values() for key in own)
    with connection.cursor() as cursor:
        cursor.execute(_STORE_SQL, [every, owners])


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


def _remember(
    project_id: int, check_id: str, ids: Sequence[int], found: dict[int, list[Found]]
) -> None:
    """In place of what was remembered of these pairs, but for what people decided."""
    known = Likeness.objects.filter(check_id=check_id, later__in=ids, ruling=None)
    known.delete()
    rows = [
        (pk, *one)
        for pk, ranked in found.items()
        for one in sorted(ranked, key=lambda one: -one.jaccard)[:REMEMBERED]
        if one.jaccard >= LEAST
    ]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(_REMEMBER_SQL, [project_id, check_id, *columns])


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
        wholes = whole_texts(list(arrivals))
        for check_id in SCOPES:
            texts = {pk: compared(check_id, whole)[0] for pk, whole in wholes.items()}
            _store(_keys(project_id, check_id, texts), arrivals)
        Arrival.objects.filter(pk__in=arrivals.values()).update(banded=True)
