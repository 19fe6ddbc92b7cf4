"""In which order free slots are taken: `Claim.place`, worked out when a slot is made and when the
project's order, its lanes or its learned model change. Whoever takes a slot only walks an index.

By priority, source by source, task type by task type, domain by domain: pairs of one kind follow each
other. Sources come in the order in which they were added; of task types and domains, which one comes
first is by lot, and the first that a pair names counts.

Most useful first: the chance that the pair ends in the dataset, accepted or rewritten, for each
minute that a decision on it is expected to take; the minutes are the medians of the project's own
decisions. Most uncertain first: an even chance of acceptance comes first, because a decision on it
teaches the model most. Pairs as useful as each other come oldest first.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from annotation import jobs, routing
from annotation.models import (
    AuditItem,
    Claim,
    Finding,
    Job,
    Pair,
    Project,
    QualityModel,
    QueueOrder,
    Source,
    State,
)
from cqia.accounts.models import User, record

TASK = "annotation.order_queue"
# A place is a level and, below it, the pair's id. Beyond all of them lie the times at which slots were
# skipped, in microseconds; before them all, the other slots of pairs that somebody has decided on.
_LEVELS, _IDS = 10_000, 2**36
_BEYOND = 2**50
_CHUNK = 2000  # pairs a statement: no slot is locked for longer than some hundredths of a second

_CLAIMS, _FINDINGS = Claim._meta.db_table, Finding._meta.db_table
_PAIRS, _SOURCES = Pair._meta.db_table, Source._meta.db_table
# The level of `pair`, of 0 to _LEVELS - 1, where nothing is asked of the learned model.
_LEVEL = {
    QueueOrder.PRIORITY: f"(SELECT priority FROM {_SOURCES} WHERE id = pair.source_id)::bigint",
    QueueOrder.SOURCE: f"(SELECT least(count(*), {_LEVELS - 1}) FROM {_SOURCES} earlier"
    " WHERE earlier.project_id = pair.project_id AND earlier.id < pair.source_id)",
    QueueOrder.TASK: f"abs(hashtext(coalesce(pair.task_major[1], ''))::bigint %% {_LEVELS})",
    QueueOrder.DOMAIN: f"abs(hashtext(coalesce(pair.domain[1], ''))::bigint %% {_LEVELS})",
}
_WORTH = {
    QueueOrder.USEFUL: "(a.score + least(coalesce(w.score, 0), 1 - a.score)) * %(least)s"
    " / (a.score * %(accept)s + least(coalesce(w.score, 0), 1 - a.score) * %(rewrite)s"
    " + greatest(1 - a.score - coalesce(w.score, 0), 0) * %(reject)s)",
    QueueOrder.UNCERTAIN: "1 - abs(2 * a.score - 1)",
}
_CHANCES = (
    f" LEFT JOIN {_FINDINGS} a ON a.pair_id = pair.id AND a.check_id = 'accept_chance'"
    f" LEFT JOIN {_FINDINGS} w ON w.pair_id = pair.id AND w.check_id = 'rewrite_chance'"
)
# A dropped pair that is audited would come last by its chances, and be decided on by nobody: its level is
# drawn by lot, by a hash of its id, so that it tells no annotator which pairs are audited.
_AUDITED = (
    f"EXISTS (SELECT FROM {AuditItem._meta.db_table} audit"
    " WHERE audit.pair_id = pair.id AND audit.dropped)"
)
_LOT = f"abs(hashint8(pair.id)::bigint %% {_LEVELS})"
_OPEN_SQL = (
    f"INSERT INTO {_CLAIMS} (pair_id, project_id, slot, place, lane_id)"
    f" SELECT pair.id, %(project)s, slot, {{place}}, ({routing.LANE_SQL}) FROM {_PAIRS} pair"
    " {chances} CROSS JOIN generate_series(1, %(slots)s) AS slot"
    " WHERE pair.id = ANY(%(ids)s) ORDER BY pair.id, slot ON CONFLICT DO NOTHING"
)
# A slot that somebody is just taking is not waited for: it gets its lane when it is freed. Those that
# were skipped stay last; the slots of a half-done pair come first.
_ARRANGE_SQL = f"""
WITH free AS MATERIALIZED (
    SELECT id, pair_id, place FROM {_CLAIMS}
     WHERE pair_id = ANY(%(ids)s) AND holder_id IS NULL ORDER BY id FOR UPDATE SKIP LOCKED
), placed AS (
    SELECT free.id, ({routing.LANE_SQL}) AS lane_id,
           CASE WHEN free.place >= {_BEYOND} THEN free.place
                WHEN EXISTS (
                    SELECT FROM {_CLAIMS} other WHERE other.pair_id = pair.id
                       AND other.done_at IS NOT NULL AND other.gold_id IS NULL
                ) THEN {{half_done}} ELSE {{place}} END AS place
      FROM free JOIN {_PAIRS} pair ON pair.id = free.pair_id {{chances}}
)
UPDATE {_CLAIMS} claim SET place = placed.place, lane_id = placed.lane_id FROM placed
 WHERE claim.id = placed.id
   AND (claim.place <> placed.place OR claim.lane_id IS DISTINCT FROM placed.lane_id)
"""


def open_slots(pair_ids: Sequence[int], project: Project) -> None:
    """Make the k slots of freshly queued pairs at their places. Safe to repeat."""
    place, values = _place(project)
    values |= {"project": project.pk, "slots": project.annotators_per_pair}
    sql = _OPEN_SQL.format(place=place, chances=_chances(project))
    with connection.cursor() as cursor:
        cursor.execute(sql, values | {"ids": list(pair_ids)})


def arrange(project: Project, pair_ids: Sequence[int]) -> None:
    """Put the free slots of these pairs where they belong now, and into their lanes."""
    # Read anew: somebody may have changed the order since, and their job may have passed here already.
    project = Project.objects.get(pk=project.pk)
    place, values = _place(project)
    half_done = "pair.id" if project.queue_order == QueueOrder.OLDEST else f"pair.id - {_BEYOND}"
    sql = _ARRANGE_SQL.format(place=place, half_done=half_done, chances=_chances(project))
    with connection.cursor() as cursor:
        cursor.execute(sql, values | {"ids": list(pair_ids)})


def set_order(project: Project, user: User, order: str) -> None:
    """Change the order, and start the job that puts the waiting pairs in it."""
    with transaction.atomic():
        Project.objects.filter(pk=project.pk).update(queue_order=order)
        project.queue_order = order
        record(user, "queue ordered", project.pk, order=order)
        jobs.start(TASK, project, user)


def set_priorities(project: Project, user: User, priorities: dict[int, int]) -> None:
    """Change what comes first among the sources, by their ids; puts the queue in order by it."""
    with transaction.atomic():
        changed = [
            source
            for source in project.sources.filter(pk__in=priorities)
            if source.priority != priorities[source.pk]
        ]
        for source in changed:
            source.priority = priorities[source.pk]
        Source.objects.bulk_update(changed, ["priority"])
        if changed:
            record(user, "priorities set", project.pk, count=len(changed))
        if changed and project.queue_order == QueueOrder.PRIORITY:
            rearrange(project, user)


def rearrange(project: Project, user: User) -> None:
    """Put all waiting pairs in order: here and now where they are few, else by a job."""
    few = list(_waiting(project).values_list("pk", flat=True)[: _CHUNK + 1])
    if len(few) > _CHUNK:
        jobs.start(TASK, project, user)
    else:
        arrange(project, few)


def _waiting(project: Project) -> QuerySet[Pair]:
    """Those that may have a free slot: what is sent back and left alone is anybody's, too."""
    states = (State.QUEUED, State.RETURNED)
    return Pair.objects.filter(project=project, state__in=states).order_by("pk")


def run(job: Job) -> None:
    """Put all waiting pairs in order. Some thousands at once, and not all in one statement: its locks
    would hide the queue from annotators until it ended. Safe to repeat."""
    waiting = _waiting(job.project)
    jobs.report(job, 0, waiting.count())
    last = 0
    while ids := list(waiting.filter(pk__gt=last).values_list("pk", flat=True)[:_CHUNK]):
        arrange(job.project, ids)
        last = ids[-1]
        jobs.report(job, job.done + len(ids))


def _chances(project: Project) -> str:
    return _CHANCES if project.queue_order in _WORTH else ""


def _place(project: Project) -> tuple[str, dict[str, Any]]:
    """The place of `pair` in SQL, and the values it names."""
    if project.queue_order == QueueOrder.OLDEST:
        return "pair.id", {}
    if project.queue_order in _LEVEL:
        return f"({_LEVEL[QueueOrder(project.queue_order)]} * {_IDS} + pair.id)", {}
    worth = _WORTH[QueueOrder(project.queue_order)]
    level = f"floor((1 - coalesce({worth}, 0.5)) * {_LEVELS - 1})::bigint"
    level = f"CASE WHEN {_AUDITED} THEN {_LOT} ELSE {level} END"
    return f"({level} * {_IDS} + pair.id)", _seconds(project)


def _seconds(project: Project) -> dict[str, float]:
    """How long each kind of decision takes, by the newest model; all the same without one."""
    newest = QualityModel.objects.of(project.pk).order_by("-version").values_list("seconds").first()
    known: dict[str, float] = newest[0] if newest else {}
    seconds = {verb: max(known.get(verb, 1.0), 1.0) for verb in ("accept", "rewrite", "reject")}
    return seconds | {"least": min(seconds.values())}
