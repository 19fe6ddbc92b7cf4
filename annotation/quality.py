"""The learned model: trained anew as decisions come in, and asked about every pair that waits."""

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from annotation import jobs, queue_order
from annotation.models import Annotation, Finding, Job, Pair, Project, State, Threshold
from annotation.prefilter import chunks, lock, settle
from annotation.quality_scores import CHANCES, predict
from annotation.quality_training import LEAST, store, teach
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError

TASK = "annotation.train_quality"
MORE = 50  # decisions after which it is trained anew, and a fifth of those before (ours)


def decisions_of(project: Project, after: int = 0) -> int:
    """How many decisions people have made, or have made after the one of this id."""
    made = Annotation.objects.filter(pair__project=project, pk__gt=after)
    return made.filter(claim__gold=None).count()  # on a known pair nothing new is learned


def start(project: Project, user: User | None) -> Job:
    """Start a training, or find the one that is under way; raises CqiaError("quality_too_few")."""
    under_way = Job.objects.live().filter(project=project, task=TASK).first()
    if under_way is not None:
        return under_way
    count = decisions_of(project)
    if count < LEAST:
        raise CqiaError("quality_too_few", {"found": count, "least": LEAST})
    return jobs.start(TASK, project, user, decisions=count)


def start_due() -> int:
    """Start a training wherever enough decisions came in since the last; returns how many."""
    due = [project for project in Project.objects.order_by("pk") if _is_due(project)]
    for project in due:
        start(project, None)
    return len(due)


def train(job: Job) -> None:
    """Learn from the decisions so far, then predict every pair that waits.

    The stored version is the checkpoint: a job that was killed goes on with the pairs that have no
    chances of it yet. Raises CqiaError where there is too little to learn from.
    """
    project = job.project
    if "version" not in job.params:
        taught = teach(project)
        with transaction.atomic():
            lock(project)
            job.params["version"] = store(project, taught).version
            job.save(update_fields=["params"])
    waiting = _unpredicted(project, job.params["version"])
    jobs.report(job, 0, waiting.count())
    decides = Threshold.objects.filter(project=project, check_id__in=CHANCES, enabled=True).exists()
    for ids in chunks(waiting):
        with transaction.atomic():
            lock(project)
            predict(project, ids)
            if decides:
                settle(project, ids)
            queue_order.arrange(project, ids)
        jobs.report(job, job.done + len(ids))


def _is_due(project: Project) -> bool:
    last = Job.objects.filter(project=project, task=TASK).order_by("-pk").first()
    known = int(last.params.get("decisions", 0)) if last else 0
    return decisions_of(project) >= max(LEAST, known + max(MORE, known // 5))


def _unpredicted(project: Project, version: int) -> QuerySet[Pair]:
    """Pairs that wait, for people or for a line to move, without chances of this version or newer."""
    said = Finding.objects.filter(pair=OuterRef("pk"), check_id__in=CHANCES, version__gte=version)
    waiting = Pair.objects.filter(project=project, state__in=(State.QUEUED, State.DROPPED))
    return waiting.filter(~Exists(said))
