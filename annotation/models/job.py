from typing import Self

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotation.models.project import Project
from cqia.lib.errors import explain

# What people call the work of a Celery task; tasks of all three apps.
LABELS: dict[str, Promise] = {
    "annotation.import_batch": _("Import"),
    "annotation.run_prefilter": _("Pre-filter"),
    "annotation.run_judge": _("Model judge"),
    "annotation.mask_personal_data": _("Masking personal data"),
    "annotation.register_benchmark": _("Reading a benchmark"),
    "annotation.train_quality": _("Learning from decisions"),
    "annotation.order_queue": _("Order of the queue"),
    "annotation.draft_answer": _("Draft of an answer"),
    "annotation.triage": _("Deciding on a whole source"),
    "annotation.undo_triage": _("Undoing a decision on a whole source"),
    "review.examine": _("Looking at the gate"),
    "review.dry_run": _("Trying a composition"),
    "review.freeze": _("Freezing a release"),
    "review.push": _("Publishing a release"),
    "review.rehearse": _("Rehearsing a release"),
    "review.count_figures": _("Counting the figures of a release"),
    "review.withdraw": _("Withdrawing rows"),
    "review.patch": _("Building a patched release"),
    "evaluation.read_upload": _("Import"),
    "evaluation.generate_answers": _("Generating answers"),
    "evaluation.judge": _("Asking a judge"),
    "evaluation.reckon_board": _("Computing a ranking"),
}


class JobQuerySet(models.QuerySet["Job"]):
    def live(self) -> Self:
        return self.filter(state__in=Job.LIVE)


class Job(models.Model):
    """Long work with progress. The row is the truth; the Celery message only rings for it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")  # nobody has begun
        RUNNING = "running", _("running")  # a worker holds its advisory lock, or died holding it
        PAUSED = "paused", _("paused")  # what it needs is out of reach; rung for again by itself
        DONE = "done", _("done")
        FAILED = "failed", _("failed")  # ended by an error that trying again would repeat
        CANCELLED = "cancelled", _("cancelled")  # a person stopped it

    LIVE = (State.WAITING, State.RUNNING, State.PAUSED)

    project = models.ForeignKey(Project, models.PROTECT, related_name="jobs")
    task = models.CharField(max_length=60, help_text="name of the Celery task")
    queue = models.CharField(max_length=10, default="cpu")
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    # An explanation as (code, params) of cqia.lib.errors, so that each reader gets their language.
    code = models.CharField(max_length=40, blank=True)
    code_params = models.JSONField(default=dict)
    cancel_asked = models.BooleanField(default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["waiting", "running", "paused", "done", "failed", "cancelled"]
                ),
                name="job_state_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.state}"

    @property
    def label(self) -> str:
        return str(LABELS.get(self.task, self.task))

    @property
    def counts_bytes(self) -> bool:
        """Whether `done` and `total` are bytes of a file instead of rows."""
        return self.task in ("annotation.import_batch", "review.push")

    @property
    def message(self) -> str:
        """Why it failed or waits, in the reader's language; empty where there is nothing to say."""
        return explain(self.code, self.code_params) if self.code else ""

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0
