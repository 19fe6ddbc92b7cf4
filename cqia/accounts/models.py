"""People: who they are, what they do in which project, their API tokens, and what they changed."""

import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from cqia.accounts.roles import Role


class User(AbstractUser):
    """A person. `is_superuser` marks a site admin."""

    display_name = models.CharField(_("name shown"), max_length=80, blank=True)
    keys = models.JSONField(default=dict, blank=True)  # those changed: action → key (accounts.keys)

    def __str__(self) -> str:
        return self.display_name or self.username


class Membership(models.Model):
    """One role of one person in one project; several rows for several roles."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    # Named, not imported: accounts lie below annotation, and roles are of the account.
    project = models.ForeignKey("annotation.Project", models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("user", "project", "role", name="one_membership_per_role"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"


class ApiToken(models.Model):
    """A key for programs. Only its SHA-256 is stored: the key itself is shown once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def issue_token(user: User, name: str) -> str:
    """Make a token for `user` and return its key, which cannot be read again."""
    key = f"cqia_{secrets.token_urlsafe(32)}"
    ApiToken.objects.create(user=user, name=name, digest=digest_of(key))
    return key


class AuditEntry(models.Model):
    """What a person changed outside a pair's own history: settings, members, runs, releases."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    project = models.ForeignKey(
        "annotation.Project", models.PROTECT, null=True, related_name="audit"
    )
    action = models.CharField(max_length=60)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.action


def record(actor: User | None, action: str, project_id: int | None = None, **details: Any) -> None:
    """Write one audit entry, in the caller's transaction."""
    AuditEntry.objects.create(actor=actor, project_id=project_id, action=action, details=details)
