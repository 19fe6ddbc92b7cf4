from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models.project import Project
from annotation.models.source import Batch, Source


class State(models.TextChoices):
    """Where a pair stands. Written by annotation.workflow alone."""

    IMPORTED = "imported", _("imported")  # stored; the pre-filter has not decided yet
    DROPPED = "dropped", _("dropped")  # a threshold let it go, with a reason; can be restored
    QUEUED = "queued", _("queued")  # waits for annotators
    ANNOTATED = "annotated", _("annotated")  # every slot decided; waits for a reviewer
    RETURNED = "returned", _("sent back")  # a reviewer asked its annotator to mend it
    APPROVED = "approved", _("approved")  # may be released
    REJECTED = "rejected", _("rejected")  # people decided that it does not belong in the dataset


PASSED = "passed"  # of lists: whatever the pre-filter let through, wherever it stands now


def words_in(words: str) -> models.Q:
    """Pairs with these words in the question."""
    return models.Q(instruction__icontains=words)


class PairQuerySet(models.QuerySet["Pair"]):
    def in_state(self, *states: str) -> Self:
        return self.filter(state__in=states)

    def unchecked(self) -> Self:
        """Stored, and not decided on by the pre-filter yet."""
        return self.filter(state=State.IMPORTED)

    def chosen(
        self,
        q: str = "",
        state: str = "",
        source: Source | None = None,
        band: models.Q | None = None,
    ) -> Self:
        """Those with `q` in the question, in this state, of this source and with a finding in this
        band of scores, as far as given."""
        pairs = self.filter(words_in(q)) if q else self
        pairs = pairs.filter(band) if band else pairs
        if state == PASSED:
            pairs = pairs.exclude(state__in=(State.IMPORTED, State.DROPPED))
        elif state:
            pairs = pairs.filter(state=state)
        return pairs.filter(source=source) if source else pairs


class Pair(models.Model):
    """The prompt side of a candidate, with its provenance; its answers are Responses.

    A pair that was imported is told apart by (batch, line). `row_hash` is the whole record as it was
    in the file, so that a grown file adds its new rows only; `content_hash` is the normalised prompt
    and answer, by which exact duplicates are found.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="pairs", db_index=False)
    source = models.ForeignKey(Source, models.PROTECT, related_name="pairs", db_index=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="pairs", db_index=False)
    line = models.PositiveBigIntegerField()
    row_hash = models.UUIDField()
    content_hash = models.UUIDField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.IMPORTED)
    instruction = models.TextField()
    input = models.TextField(blank=True, default="")
    system = models.TextField(blank=True, default="")
    history = models.JSONField(default=list)  # earlier turns: [[question, answer], …]
    task_major = ArrayField(models.TextField(), default=list)
    task_minor = ArrayField(models.TextField(), default=list)
    domain = ArrayField(models.TextField(), default=list)
    metadata = models.TextField(blank=True, default="")
    verified_upstream = models.BooleanField(default=False)  # human_verified as its source had it
    copyright = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PairQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="pair_line_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="pair_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(instruction=""), name="pair_has_instruction"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "state", "id"], name="pair_by_state"),
            models.Index(fields=["source", "row_hash"], name="pair_by_row"),
            models.Index(fields=["project", "content_hash"], name="pair_by_content"),
        ]

    def __str__(self) -> str:
        return self.instruction[:40]


class Response(models.Model):
    """One answer to a pair. A rewrite is a new Response whose parent is the old one."""

    class Origin(models.TextChoices):
        """`answer_from` of the published schema; empty where the source does not say."""

        HUMAN = "human", _("human")
        LLM = "llm", _("model")
        EXPERT = "expert", _("expert")
        UNKNOWN = "", _("not stated")

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="responses")
    text = models.TextField()
    origin = models.CharField(max_length=6, choices=Origin.choices, blank=True, default="")
    model = models.CharField(max_length=120, blank=True, default="")
    author = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="rewrites", db_index=False
    )
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="response_has_text"),
        ]

    def __str__(self) -> str:
        return self.text[:40]


class Transition(models.Model):
    """One move of a pair: who, from where to where, why and when. Append-only (a trigger sees to it)."""

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="transitions")
    verb = models.CharField(max_length=10)
    before = models.CharField(max_length=10, choices=State.choices)
    after = models.CharField(max_length=10, choices=State.choices)
    actor = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(
        max_length=40, blank=True, default=""
    )  # a check's id or a reason's key
    note = models.TextField(blank=True, default="")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["pair"],
                condition=models.Q(verb="restore"),
                name="transition_restored",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb}: {self.before} → {self.after}"
