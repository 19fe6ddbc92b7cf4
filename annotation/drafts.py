"""What people have typed and not submitted: private, on the server, and outliving their lease."""

from typing import Any

from django.db import connection

from annotation import queue
from annotation.models import Claim, Draft, Project
from cqia.accounts.models import User
from cqia.lib.text import strip_nul

FIELDS = ("text", "reason", "note", "places")
# Characters of one text; far above any answer (a default of this project).
TEXT_LIMIT = 200_000


def typed(text: str) -> str:
    """A text as people mean it and PostgreSQL can store it: \\n line ends, no NUL, no lone surrogate."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return strip_nul(lines).encode("utf-8", "replace").decode()[:TEXT_LIMIT]


def save(user: User, project: Project, claim: Claim, fields: dict[str, Any]) -> bool:
    """Keep `fields` as this person's draft of the pair and renew their lease.

    False where they no longer hold the pair; the draft is kept nevertheless. What arrives after they
    have submitted is a late echo and changes nothing.
    """
    if claim.holder_id == user.pk and claim.done_at is not None:
        return True
    keep(user, claim.pair_id, fields)
    return queue.renew(claim, user, project)


def keep(user: User, pair_id: int, fields: dict[str, Any]) -> None:
    """Write the draft in one statement, whether or not there was one."""
    known = {name: fields[name] for name in FIELDS if fields.get(name)}
    known.update({name: typed(value) for name, value in known.items() if isinstance(value, str)})
    Draft.objects.bulk_create(
        [Draft(pair_id=pair_id, author=user, fields=known)],
        update_conflicts=True,
        unique_fields=["pair", "author"],
        update_fields=["fields", "saved_at"],
    )


def forget(user: User, pair_id: int) -> None:
    """Delete the draft of a pair that was decided on; past the ORM, for every submit does it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {Draft._meta.db_table} WHERE pair_id = %s AND author_id = %s",
            [pair_id, user.pk],
        )
