"""The pre-filter: measures pairs by all checks, then drops them or queues them for annotators.

Measuring and deciding are apart: scores are stored once, and a line that moves decides again by
them (see annotation.redecisions). People's decisions are never touched: a pair that somebody has
claimed, decided on, restored or audits stays where it is.

A chunk is measured by one worker in two transactions: first its pairs arrive, one chunk after the
other, then they are measured and decided on while others measure other chunks. Who moves a line or
decides by hand holds the project's `lock`, for which those who measure wait, and the other way round.
Chunks are taken before the lock, never after it, so that nobody waits in a circle.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from operator import or_

from django.db import connection, transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from annotation import floors, jobs, near_duplicates, quality_scores, queue, rescue, workflow
from annotation.checks import CORPUS_CHECKS, PROJECT_CHECKS, TEXT_CHECKS, Measurement, Text
from annotation.contamination import waivers
from annotation.models import (
    Arrival,
    AuditItem,
    Band,
    Claim,
    Finding,
    Job,
    Likeness,
    Pair,
    Project,
    Response,
    State,
    Transition,
)
from annotation.newcomers import Newcomers
from annotation.texts import whole_texts
from annotation.thresholds import beyond, lines_of
from annotation.workflow import Wanted
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError

CHUNK = 500  # pairs a transaction: some tenths of a second between two looks at “Stop”
# The first halves of advisory locks' keys.
_LOCK_SPACE = 0x50524546
CHUNK_SPACE = 0x50524543
_MEASURED = (*TEXT_CHECKS, *PROJECT_CHECKS, *CORPUS_CHECKS)
Row = tuple[int, str, Measurement]  # a pair, a check, and what it found
_COPY = f"COPY {Finding._meta.db_table} (pair_id, project_id, check_id, version, score, evidence) FROM STDIN"


def run(job: Job) -> None:
    """Decide on every imported pair, then measure anew where a check has a new version.

    Where a pair stands is the checkpoint: a run that was killed goes on with what is left. Workers
    that are free `share` it.
    """
    waiting = _fresh(job.project).count()
    jobs.expect(job, waiting)
    if waiting > CHUNK:
        jobs.ring(job)
    for patiently in (False, True):  # the second time for chunks that somebody else was on
        for _ in _measured_chunks(job, patiently=patiently):
            jobs.heed(job)
    jobs.expect(job, 0)


def share(job: Job) -> None:
    """Measure chunks of a run that another worker leads, until other work waits for this one."""
    for _ in _measured_chunks(job, patiently=False):
        jobs.heed(job)
        if Job.objects.filter(state=Job.State.WAITING, queue=job.queue).exists():
            return


def settle(project: Project, ids: Sequence[int]) -> None:
    """Drop, queue or readmit these pairs by their scores. Wants the caller's transaction and `lock`."""
    reasons = _reasons(project, ids)
    states = dict(Pair.objects.filter(pk__in=ids).values_list("pk", "state"))
    passing = [pk for pk in states if pk not in reasons]
    workflow.move_many("drop", [reasons[pk] for pk in reasons if states[pk] == State.IMPORTED])
    _admit(project, "queue", [pk for pk in passing if states[pk] == State.IMPORTED])
    _admit(project, "readmit", [pk for pk in passing if states[pk] == State.DROPPED])
    _withdraw([reasons[pk] for pk in reasons if states[pk] == State.QUEUED])
    rescue.draw(project, ids)


def restore(project: Project, ids: Iterable[int], lead: User) -> list[int]:
    """Overrule the drop of these pairs, for good; returns those that were dropped until now.

    A pair that a benchmark holds stays dropped: that wants a waiver, with a reason.
    """
    with transaction.atomic():
        lock(project)
        mine = Pair.objects.filter(project=project, pk__in=list(ids)).values_list("pk", flat=True)
        kept = set(mine) - waivers.in_need_of_waiver(project, mine)
        moved = workflow.move_many("restore", map(Wanted, sorted(kept)), lead)
        queue.open_slots(moved, project)
    return moved


def restore_one(pair: Pair, lead: User) -> None:
    """Raises StaleState where it is not dropped any more, CqiaError where it wants a waiver."""
    if restore(pair.project, [pair.pk], lead):
        return
    if waivers.in_need_of_waiver(pair.project, [pair.pk]):
        raise CqiaError("waiver_wanted")
    raise workflow.StaleState


def lock(project: Project) -> None:
    """Hold the pre-filter of this project until the transaction ends."""
    _lock(project, "pg_advisory_xact_lock")


def _lock(project: Project, verb: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {verb}(%s, %s)", [_LOCK_SPACE, project.pk])


def chunks(pairs: QuerySet[Pair]) -> Iterator[list[int]]:
    """The ids of these pairs, CHUNK at a time, each chunk read when it is wanted."""
    last = 0
    while ids := list(
        pairs.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]
    ):
        yield ids
        last = ids[-1]


def texts_of(ids: Sequence[int]) -> dict[int, Text]:
    """What the checks see: the whole prompt, the answers as they were imported, and how long
    their source asks them to be."""
    asked = floors.floors_of(ids)
    return {pk: Text(one.prompt, one.answers, asked[pk]) for pk, one in whole_texts(ids).items()}


def measure(project: Project, ids: Sequence[int]) -> None:
    """Store what every check finds on these pairs, in place of what it found before, and settle them.

    In the caller's transaction, which must not hold `lock` yet, unless by `hold`.
    """
    _take_all(ids)
    newcomers = Newcomers(project.pk, ids)
    near_duplicates.arrive(newcomers)
    _measure(project, newcomers)


def hold(project: Project, ids: Sequence[int]) -> None:
    """Keep others from measuring and deciding on these pairs: for who changes their texts, and has
    them measured anew in the same transaction."""
    _take_all(ids)
    lock(project)


def _measure(project: Project, newcomers: Newcomers) -> None:
    """Wants the chunks of these pairs taken, and the pairs arrived."""
    versions = {check.id: check.version_in(project.pk) for check in _MEASURED}
    Finding.objects.filter(pair__in=newcomers.ids, check_id__in=versions).delete()
    _store(project, versions, _alone(project, newcomers.ids))
    _lock(project, "pg_advisory_xact_lock_shared")
    for check in CORPUS_CHECKS:
        rows = [(pk, check.id, one) for pk, one in check.measure_many(newcomers).items()]
        _store(project, versions, rows)
    quality_scores.predict(project, newcomers.ids)
    settle(project, newcomers.ids)


def _alone(project: Project, ids: Sequence[int]) -> list[Row]:
    """What the checks find that look at a pair alone."""
    measures: dict[str, Callable[[Text], Measurement]] = {
        check.id: check.measure for check in TEXT_CHECKS
    }
    measures |= {check.id: check.measurer(project.pk) for check in PROJECT_CHECKS}
    texts = texts_of(ids)
    # One check over all texts, then the next: what it looks words up in stays in the cache of the
    # processor, which makes it a third faster than all checks over one text after the other.
    return [
        (pk, check_id, measured(text))
        for check_id, measured in measures.items()
        for pk, text in texts.items()
    ]


def _store(project: Project, versions: dict[str, int], rows: Iterable[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for pk, check_id, one in rows:
            version = versions[check_id]
            copy.write_row((pk, project.pk, check_id, version, one.score, one.evidence))


def _measured_chunks(job: Job, *, patiently: bool) -> Iterator[int]:
    """Measure chunk after chunk of what waits; yields how many pairs each had.

    A chunk that another worker is on is left out, or waited for where `patiently`.
    """
    done = 0
    for waiting in (_fresh(job.project), _stale(job.project)):
        start = 0
        while first := waiting.filter(pk__gte=start).order_by("pk").values_list("pk").first():
            chunk = first[0] // CHUNK
            start = (chunk + 1) * CHUNK
            with transaction.atomic():
                newcomers = Newcomers(job.project_id, _taken(waiting, chunk, patiently=patiently))
                if newcomers.ids:
                    near_duplicates.arrive(newcomers)
            yield _measure_arrived(job, waiting, chunk, newcomers) if newcomers.ids else 0
            done += 1
            if done > 1 and done.bit_count() == 1:  # after 2, 4, 8 … chunks
                _tell_the_planner()


def _measure_arrived(job: Job, waiting: QuerySet[Pair], chunk: int, newcomers: Newcomers) -> int:
    """Measure those of the chunk that wait; by now that may be others than arrived."""
    with transaction.atomic():
        ids = _taken(waiting, chunk, patiently=True)
        if ids != newcomers.ids:
            newcomers = Newcomers(job.project_id, ids)
            near_duplicates.arrive(newcomers)
        if ids:
            _measure(job.project, newcomers)
            jobs.advance(job, len(ids))
    return len(ids)


def _taken(waiting: QuerySet[Pair], chunk: int, *, patiently: bool) -> list[int]:
    """Take a chunk; which of its pairs wait, none where another worker has it."""
    if not _take(chunk, patiently=patiently):
        return []
    ids = waiting.filter(pk__gte=chunk * CHUNK, pk__lt=(chunk + 1) * CHUNK)
    return list(ids.order_by("pk").values_list("pk", flat=True))


def _tell_the_planner() -> None:
    """Count tables that a run fills: of a table just filled the planner knows nothing yet, and would
    read all of it for every chunk."""
    filled = (Pair, Response, Finding, Arrival, Band, Likeness, Claim, Transition)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in filled)}")


def _take_all(ids: Sequence[int]) -> None:
    for chunk in sorted({pk // CHUNK for pk in ids}):
        _take(chunk, patiently=True)


def _take(chunk: int, *, patiently: bool) -> bool:
    """Take the pairs with these ids from all that measure, until the transaction ends."""
    verb = "pg_advisory_xact_lock" if patiently else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {verb}(%s, %s)", [CHUNK_SPACE, chunk])
        (taken,) = cursor.fetchone()
    return patiently or bool(taken)


def _fresh(project: Project) -> QuerySet[Pair]:
    return Pair.objects.filter(project=project).unchecked()


def _stale(project: Project) -> QuerySet[Pair]:
    """Not decided on by people, and without a finding of some check's present version."""
    ids_of: dict[int, list[str]] = {}
    for check in _MEASURED:
        ids_of.setdefault(check.version_in(project.pk), []).append(check.id)
    present = reduce(or_, [Q(version=one, check_id__in=ids) for one, ids in ids_of.items()])
    findings = Finding.objects.filter(present, pair=OuterRef("pk")).order_by().values("pair")
    counted = Coalesce(Subquery(findings.annotate(n=Count("pk")).values("n")), 0)
    pairs = Pair.objects.filter(project=project, state__in=(State.QUEUED, State.DROPPED))
    return pairs.annotate(measured=counted).filter(measured__lt=len(_MEASURED))


def _reasons(project: Project, ids: Sequence[int]) -> dict[int, Wanted]:
    """The drop of each pair beyond some line: the first in the order of CHECKS gives the reason."""
    lines = lines_of(project)
    place = {line.check.id: number for number, line in enumerate(lines)}
    failing = Finding.objects.filter(beyond(lines), pair__in=ids)
    found = failing.values_list("pair", "check_id", "evidence")
    reasons: dict[int, Wanted] = {}
    for pk, check_id, evidence in sorted(found, key=lambda row: place[row[1]]):
        reasons.setdefault(pk, Wanted(pk, check_id, evidence))
    return reasons


def _admit(project: Project, verb: str, ids: Iterable[int]) -> None:
    queue.open_slots(workflow.move_many(verb, map(Wanted, ids)), project)


def _withdraw(reasons: Sequence[Wanted]) -> None:
    """Take failing pairs out of the queue, those apart that people claimed, restored or audit."""
    ids = [wanted.pair_id for wanted in reasons]
    restored = Transition.objects.filter(pair__in=ids, verb="restore").values_list("pair")
    audited = AuditItem.objects.filter(pair__in=ids).values_list("pair")
    kept = {pk for (pk,) in restored.union(audited)}
    free = queue.close_free_slots(pk for pk in ids if pk not in kept)
    workflow.move_many("drop", [wanted for wanted in reasons if wanted.pair_id in free])
