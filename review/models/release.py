from functools import cached_property
from typing import Any

import orjson
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models import Job, Pair, Project, Response

VERSION_LENGTH, SEED_LENGTH = 20, 64


class Release(models.Model):
    """A frozen, numbered set of approved pairs. Rows are copied; triggers refuse any later change.

    Its row is the last that is written of it, in the transaction of its items, with the root over
    them: what has a row is whole.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    version = models.CharField(_("version"), max_length=VERSION_LENGTH)  # major.minor.patch
    summary = models.CharField(_("summary"), max_length=200)
    # The Body of the composition as it was, with everything that the rows and files depend on.
    composition = models.JSONField(default=dict)
    seed = models.CharField(max_length=SEED_LENGTH, blank=True, default="")
    dated = models.DateField()  # the date that its files tell; never that of their building
    rows = models.PositiveIntegerField()
    # Merkle root over the digests of its items in their order (RFC 6962), in hexadecimal.
    root = models.CharField(max_length=64)
    # The one that its changelog compares it with; of a patched release, the one it patches.
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # The job that froze it: found again by a resumed job, so that it freezes once.
    job = models.OneToOneField(Job, models.PROTECT, related_name="release")
    # Of a patched release: why it was built; the release it patches is `previous`.
    retraction = models.ForeignKey(
        "review.Retraction", models.PROTECT, null=True, related_name="patches"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="release_number_once"),
            models.UniqueConstraint(fields=["project", "version"], name="release_version_once"),
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.project} {self.version}"


class ReleaseItem(models.Model):
    """One row of a release, as text: what it says, and what other formats need beside it.

    `record` is one line of JSON with the nine published fields; `extra` holds the rest with its keys
    in order: system, history, originals (the answers that a rewrite took the place of), tiers (texts
    of a ranking, best first), verdict, reasons, people (pseudonyms) and so on, see review.freezing.
    `digest` is the leaf of both in the release's Merkle tree. Rows of the kind `rejected` are no part
    of the dataset proper: only formats that learn from bad answers show them.
    """

    class Kind(models.TextChoices):
        SFT = "sft", _("to learn from")
        REJECTED = "rejected", _("rejected")

    release = models.ForeignKey(Release, models.PROTECT, related_name="items", db_index=False)
    position = models.PositiveIntegerField()  # from 1
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.SFT)
    split = models.CharField(max_length=10, default="train")
    copy = models.PositiveSmallIntegerField(
        default=0
    )  # 1, 2, … of a row that is there more than once
    pair = models.ForeignKey(Pair, models.PROTECT, related_name="release_items")
    response = models.ForeignKey(
        Response, models.PROTECT, null=True, related_name="+", db_index=False
    )
    source = models.CharField(max_length=80)  # the config it is published under
    licence = models.CharField(max_length=120, blank=True, default="")
    digest = models.BinaryField()
    record = models.TextField()
    extra = models.TextField()
    prompt_chars = models.PositiveIntegerField()  # of instruction and input
    answer_chars = models.PositiveIntegerField()
    tokens = models.PositiveIntegerField(null=True)  # by the tokenizer that was set, if any was
    score = models.FloatField(null=True)  # the judge's
    agreement = models.FloatField(null=True)  # share of pairs of annotators who decided alike
    task_major = models.TextField(blank=True, default="")  # the first of its task types

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "position"], name="item_position_once"),
            models.UniqueConstraint(fields=["release", "pair", "copy"], name="item_pair_once"),
        ]

    def __str__(self) -> str:
        return f"{self.release_id}#{self.position}"

    @cached_property
    def data(self) -> dict[str, Any]:
        """The nine fields."""
        return dict(orjson.loads(self.record))

    @cached_property
    def more(self) -> dict[str, Any]:
        return dict(orjson.loads(self.extra))


class ReleaseFile(models.Model):
    """One file of a release and its SHA-256; built from the items alone, so reproducible."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="files")
    format = models.CharField(max_length=20)  # an exporter's id, or "document"
    config = models.CharField(max_length=80, blank=True, default="")
    split = models.CharField(max_length=10, blank=True, default="")
    filename = models.CharField(max_length=255)  # its path in the release's folder
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    built_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "filename"], name="release_file_once"),
        ]
        ordering = ["filename"]

    def __str__(self) -> str:
        return self.filename
