"""Triage: a whole source, or one of its tasks, is kept or dropped from a random sample of it.

What somebody is at work on or has decided, and what is queued later, stays in the queue. Keeping accepts
the answer of each pair in the name of who decided, and reviewers see it as any other decision; a pair
with several answers is left to be ranked. Everything moves through the workflow and can be undone, but
for what was reviewed since.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from annotation import desk_forms, jobs, prefilter, queue, workflow
from annotation.models import (
    Annotation,
    AuditItem,
    Claim,
    Job,
    Pair,
    Project,
    Response,
    Source,
    State,
    Transition,
    Triage,
    TriageItem,
)
from annotation.workflow import StaleState, Wanted
from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError

TASK, UNDO_TASK = "annotation.triage", "annotation.undo_triage"
SAMPLE = 20  # pairs that are looked at (ours)
Verdict = Triage.Verdict


@dataclass(frozen=True)
class Ruling:
    """What was decided, seeing which pairs. `task` is empty for all of the source."""

    source: Source
    task: str
    sample: Sequence[int]
    verdict: Triage.Verdict
    reason: str = ""
    note: str = ""


def waiting(source: Source, task: str = "") -> QuerySet[Pair]:
    """Queued pairs of the source, those apart by which the pre-filter is audited."""
    audited = AuditItem.objects.filter(pair=OuterRef("pk"), dropped=True)
    pairs = Pair.objects.filter(~Exists(audited), project=source.project_id, source=source)
    pairs = pairs.in_state(State.QUEUED)
    return pairs.filter(task_major__contains=[task]) if task else pairs


def sample(source: Source, task: str = "", size: int = SAMPLE) -> list[Pair]:
    """Drawn at random, in the order of the file."""
    drawn = list(waiting(source, task).order_by("?").values_list("pk", flat=True)[:size])
    return list(Pair.objects.filter(pk__in=drawn).prefetch_related("responses").order_by("pk"))


def decide(project: Project, user: User, ruling: Ruling) -> Triage:
    """Record the ruling; where it moves pairs, a job does it. Raises CqiaError for a drop without a
    reason of the form, and where nothing waits."""
    reasons = {reason.key for reason in desk_forms.in_force(project).reasons}
    dropping = ruling.verdict == Verdict.DROP
    if dropping and ruling.reason not in reasons:
        raise CqiaError("reason_missing")
    last = waiting(ruling.source, ruling.task).aggregate(last=Max("pk"))["last"]
    if last is None:
        raise CqiaError("nothing_to_triage")
    seen = Pair.objects.filter(source=ruling.source, pk__in=ruling.sample).order_by("pk")
    sampled = list(seen.values_list("pk", flat=True))
    with transaction.atomic():
        job = None
        if ruling.verdict != Verdict.SINGLY:
            job = jobs.start(TASK, project, user, last=last)
        triage = Triage.objects.create(
            project=project,
            source=ruling.source,
            task=ruling.task,
            sample=sampled,
            verdict=ruling.verdict,
            reason=ruling.reason if dropping else "",
            note=ruling.note,
            by=user,
            job=job,
        )
        told = {"source": ruling.source.name, "sample": len(sampled)}
        record(user, "triage decided", project.pk, verdict=str(ruling.verdict), **told)
    return triage


def run(job: Job) -> None:
    """Move what waits, chunk by chunk; what is moved waits no more, so a killed job just goes on."""
    triage = job.triage
    pairs = waiting(triage.source, triage.task).filter(pk__lte=job.params["last"])
    jobs.report(job, job.done, job.done + pairs.count())
    move = _keep if triage.verdict == Verdict.KEEP else _drop
    for ids in prefilter.chunks(pairs):
        with transaction.atomic():
            move(triage, ids)
        jobs.report(job, job.done + len(ids))


def _drop(triage: Triage, ids: Sequence[int]) -> None:
    free = queue.close_free_slots(ids)
    wanted = [Wanted(pk, triage.reason, triage.note) for pk in sorted(free)]
    moved = workflow.move_many("triage", wanted, triage.by)
    TriageItem.objects.bulk_create([TriageItem(triage=triage, pair_id=pk) for pk in moved])


def _keep(triage: Triage, ids: Sequence[int]) -> None:
    """Accept the only answer of each, in a slot of its own in place of those that were free."""
    answers = _only_answers(ids)
    free = sorted(queue.close_free_slots(answers))
    now, form = timezone.now(), desk_forms.in_force(triage.project).pk
    claims = Claim.objects.bulk_create(
        Claim(
            pair_id=pk,
            project_id=triage.project_id,
            slot=1,
            place=pk,
            holder=triage.by,
            done_at=now,
        )
        for pk in free
    )
    made = Annotation.objects.bulk_create(
        Annotation(
            pair_id=claim.pair_id,
            claim=claim,
            author=triage.by,
            verb=Annotation.Verb.ACCEPT,
            response_id=answers[claim.pair_id],
            shown=[answers[claim.pair_id]],
            note=triage.note,
            form_id=form,
            seconds=0,
        )
        for claim in claims
    )
    TriageItem.objects.bulk_create(
        TriageItem(triage=triage, pair_id=one.pair_id, annotation=one) for one in made
    )
    if len(workflow.move_many("annotate", map(Wanted, free), triage.by)) != len(free):
        raise StaleState


def _only_answers(ids: Sequence[int]) -> dict[int, int]:
    """Pair → its answer, of those that have exactly one."""
    imported = Response.objects.filter(pair__in=ids, author=None)
    alone = imported.values("pair").annotate(count=Count("pk"), only=Max("pk")).filter(count=1)
    return dict(alone.values_list("pair", "only"))


def undo(triage: Triage, user: User) -> Job:
    """Start the job that puts the pairs back; StaleState where that was asked for already."""
    if triage.job is not None and triage.job.is_live:
        raise CqiaError("triage_running")
    with transaction.atomic():
        changed = Triage.objects.filter(pk=triage.pk, undone_at=None).update(
            undone_at=timezone.now(), undone_by=user
        )
        if not changed:
            raise StaleState
        record(user, "triage undone", triage.project_id, source=triage.source.name)
        return jobs.start(UNDO_TASK, triage.project, user, triage=triage.pk)


def run_undo(job: Job) -> None:
    """Put back what nothing has moved since, chunk by chunk; what is put back is no item any more."""
    triage = Triage.objects.get(pk=job.params["triage"])
    items = Pair.objects.filter(pk__in=triage.items.values("pair"))
    jobs.report(job, job.done, job.done + items.count())
    for ids in prefilter.chunks(items):
        with transaction.atomic():
            prefilter.hold(job.project, ids)
            if triage.verdict == Verdict.KEEP:
                moved = _take_back(triage, ids, job.created_by)
            else:
                moved = workflow.move_many(
                    "untriage", map(Wanted, _last_moved(ids, "triage")), job.created_by
                )
            queue.open_slots(moved, job.project)
            prefilter.settle(job.project, moved)
            triage.items.filter(pair__in=moved).delete()
        jobs.report(job, job.done + len(ids))


def _take_back(triage: Triage, ids: Sequence[int], user: User | None) -> list[int]:
    """Delete the decisions, and the slots in which they were made, of what was not reviewed."""
    items = triage.items.filter(pair__in=ids, annotation__isnull=False)
    claims = Claim.objects.filter(annotations__in=items.values("annotation")).order_by("pk")
    list(claims.select_for_update(of=("self",)).values_list("pk"))
    still = _last_moved(items.values_list("pair", flat=True), "annotate")
    moved = workflow.move_many("undo", map(Wanted, still), user)
    made = items.filter(pair__in=moved).values_list("annotation__claim", flat=True)
    slots = list(made)
    Annotation.objects.filter(claim__in=slots).delete()
    Claim.objects.filter(pk__in=slots).delete()
    return moved


def _last_moved(pairs: Iterable[int], verb: str) -> list[int]:
    """Those of the pairs that nothing has moved since."""
    moves = Transition.objects.filter(pair=OuterRef("pk")).order_by("-id").values("verb")[:1]
    found = Pair.objects.filter(pk__in=list(pairs)).annotate(last=Subquery(moves))
    return list(found.filter(last=verb).order_by("pk").values_list("pk", flat=True))


class Part(NamedTuple):
    """What waits of a source; of one of its tasks where that is named."""

    source_id: int
    source: str
    task: str
    waiting: int


_PARTS_SQL = f"""
SELECT source.id, source.name, coalesce(task, ''), count(DISTINCT pair.id)
  FROM {Pair._meta.db_table} pair JOIN {Source._meta.db_table} source ON source.id = pair.source_id
  LEFT JOIN LATERAL unnest(pair.task_major) AS task ON true
 WHERE pair.project_id = %(project)s AND pair.state = '{State.QUEUED}'
   AND NOT EXISTS (SELECT FROM {AuditItem._meta.db_table} drawn
                    WHERE drawn.pair_id = pair.id AND drawn.dropped)
 GROUP BY GROUPING SETS ((source.id, source.name), (source.id, source.name, task))
HAVING GROUPING(task) = 1 OR task IS NOT NULL
 ORDER BY source.id, GROUPING(task) DESC, count(*) DESC, task
"""


def parts(project: Project) -> list[Part]:
    """Each source of which something waits, followed by its tasks."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTS_SQL, {"project": project.pk})
        return [Part(*row) for row in cursor.fetchall()]
