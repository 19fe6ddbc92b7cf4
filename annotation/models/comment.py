from django.conf import settings
from django.db import models

from annotation.models.pair import Pair


class Comment(models.Model):
    """One thing said about a pair. The first of a thread has no `thread`; it alone is resolved."""

    pair = models.ForeignKey(Pair, models.CASCADE, related_name="comments")
    thread = models.ForeignKey("self", models.CASCADE, null=True, related_name="replies")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="comment_has_text"),
            models.CheckConstraint(
                condition=models.Q(thread=None) | models.Q(resolved_at=None),
                name="comment_thread_resolved_as_a_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]


class Mention(models.Model):
    """A person named in a comment; unread until they have seen to it."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="mentions", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentions")
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "user"], name="mention_once_per_person")
        ]
        indexes = [
            models.Index(
                fields=["user"], condition=models.Q(read_at__isnull=True), name="mention_unread"
            )
        ]

    def __str__(self) -> str:
        return f"{self.comment_id} · {self.user_id}"
