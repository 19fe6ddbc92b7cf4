"""The pre-filter: measures pairs by all checks, then drops them or queues them for annotators.

Measuring and deciding are apart: scores are stored once, and a line that moves decides again by
them. People's decisions are never touched: a pair that somebody has claimed, decided on or restored
stays where it is.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from annotation import floors, jobs, queue, workflow
from annotation.checks import CORPUS_CHECKS, PROJECT_CHECKS, TEXT_CHECKS, Measurement, Text
from annotation.contamination import waivers
from annotation.models import Finding, Job, Pair, Project, State, Transition
from annotation.texts import whole_texts
from annotation.thresholds import beyond, lines_of
from annotation.workflow import Wanted
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError

CHUNK = 500  # pairs a transaction: some tenths of a second between two looks at “Stop”
_LOCK_SPACE = 0x50524546  # the first half of an advisory lock's key
_MEASURED = (*TEXT_CHECKS, *PROJECT_CHECKS, *CORPUS_CHECKS)
_COPY = f"COPY {Finding._meta.db_table} (pair_id, project_id, check_id, version, score, evidence) FROM STDIN"


def run(job: Job) -> None:
    """Decide on every imported pair, then measure anew where a check has a new version.

    Where a pair stands is the checkpoint: a run that was killed goes on with what is left, and two
    runs at once share the work.
    """
    project = job.project
    fresh = Pair.objects.filter(project=project).unchecked()
    stale = Pair.objects.filter(_is_stale(project), project=project)
    jobs.report(job, job.done, job.done + fresh.count())
    for waiting in (fresh, stale):
        while done := _check_next(project, waiting):
            jobs.report(job, job.done + done, max(job.total, job.done + done))
    jobs.report(job, job.done, job.done)


def apply(job: Job) -> None:
    """Decide again by the stored scores, after a line was moved."""
    project = job.project
    failing = Finding.objects.of(project).filter(beyond(lines_of(project))).values("pair")
    affected = Pair.objects.filter(
        Q(state=State.DROPPED) | Q(state=State.QUEUED, pk__in=failing), project=project
    )
    jobs.report(job, 0, affected.count())
    for ids in chunks(affected):
        with transaction.atomic():
            lock(project)
            settle(project, ids)
        jobs.report(job, job.done + len(ids))


def settle(project: Project, ids: Sequence[int]) -> None:
    """Drop, queue or readmit these pairs by their scores. Wants the caller's transaction and `lock`."""
    reasons = _reasons(project, ids)
    states = dict(Pair.objects.filter(pk__in=ids).values_list("pk", "state"))
    passing = [pk for pk in states if pk not in reasons]
    workflow.move_many("drop", [reasons[pk] for pk in reasons if states[pk] == State.IMPORTED])
    _admit(project, "queue", [pk for pk in passing if states[pk] == State.IMPORTED])
    _admit(project, "readmit", [pk for pk in passing if states[pk] == State.DROPPED])
    _withdraw([reasons[pk] for pk in reasons if states[pk] == State.QUEUED])


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
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, project.pk])


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
    """Store what every check finds on these pairs, in place of what it found before."""
    versions = {check.id: check.version_in(project.pk) for check in _MEASURED}
    measures: dict[str, Callable[[Text], Measurement]] = {
        check.id: check.measure for check in TEXT_CHECKS
    }
    measures |= {check.id: check.measurer(project.pk) for check in PROJECT_CHECKS}
    rows: list[tuple[int, str, Measurement]] = [
        (pk, check_id, measured(text))
        for pk, text in texts_of(ids).items()
        for check_id, measured in measures.items()
    ]
    Finding.objects.filter(pair__in=ids, check_id__in=[check.id for check in _MEASURED]).delete()
    for check in CORPUS_CHECKS:
        found = check.measure_many(project.pk, ids)
        rows += [(pk, check.id, measured) for pk, measured in found.items()]
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for pk, check_id, one in rows:
            version = versions[check_id]
            copy.write_row((pk, project.pk, check_id, version, one.score, one.evidence))


def _check_next(project: Project, waiting: QuerySet[Pair]) -> int:
    with transaction.atomic():
        lock(project)
        ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:CHUNK])
        if ids:
            measure(project, ids)
            settle(project, ids)
    return len(ids)


def _is_stale(project: Project) -> Q:
    """Not decided on by people, and without a finding of some check's present version."""
    missing = Q()
    for check in _MEASURED:
        findings = Finding.objects.filter(check_id=check.id, version=check.version_in(project.pk))
        missing |= Q(~Exists(findings.filter(pair=OuterRef("pk"))))
    return Q(state__in=(State.QUEUED, State.DROPPED)) & missing


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
    """Take failing pairs out of the queue, those apart that somebody claimed or restored."""
    ids = [wanted.pair_id for wanted in reasons]
    restored = set(
        Transition.objects.filter(pair__in=ids, verb="restore").values_list("pair", flat=True)
    )
    free = queue.close_free_slots(pk for pk in ids if pk not in restored)
    workflow.move_many("drop", [wanted for wanted in reasons if wanted.pair_id in free])
