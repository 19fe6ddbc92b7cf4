from django.conf import settings
from django.db import models

from annotation.models.pair import Pair


class Draft(models.Model):
    """What a person has typed for a pair and not submitted. It outlives their lease."""

    pair = models.ForeignKey(Pair, models.CASCADE, related_name="drafts", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    fields = models.JSONField(default=dict)
    # Grows with each save, and is the time in milliseconds where that is more: the number of a draft
    # that was deleted never comes again.
    revision = models.BigIntegerField(default=0)
    # Which page saved it, by the mark that the page gave itself.
    seat = models.CharField(max_length=32, blank=True, default="")
    # What other pages would have put in place of a text that they had not seen: seat → fields.
    rivals = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True)

    # For statements that name the table "draft", in the order of the fields; json, not jsonb, is what
    # Django leaves to psycopg to decode.
    COLUMNS = (
        "draft.id, draft.pair_id, draft.author_id, draft.fields::json, draft.revision, draft.seat,"
        " draft.rivals::json, draft.saved_at"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "author"], name="draft_once_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.pair_id} · {self.author_id}"
