"""What people have typed and not submitted: private, on the server, and outliving their lease.

Nothing is overwritten unseen. A page says which revision of the draft it began from; where another
page has saved since, the text is put aside as a rival, and the person is shown both.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from annotation import queue
from annotation.models import Claim, Draft, Project
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from cqia.lib.text import strip_nul

# Characters of one text; far above any answer (a default of this project).
TEXT_LIMIT = 200_000
SEAT_LIMIT = 32
# What a page saves so soon after its submit was sent before it (a default of ours).
ECHO = timedelta(seconds=10)


@dataclass(frozen=True)
class Edit:
    """What a page has in its fields.

    `seen` is the revision of the draft they began from, 0 where there was none; None where whoever
    asks does not say, and so overwrites. Pages with one `seat` are one page: it may save again before
    it has heard of its last save.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    seen: int | None = None
    seat: str = ""


class Saved(NamedTuple):
    """`revision` of the draft, 0 where none is kept; whether the pair is still theirs."""

    revision: int
    held: bool


class Rival(NamedTuple):
    """A text that stands against another: the stored draft (no key), or one put aside."""

    key: str
    fields: Mapping[str, Any]


class Conflict(CqiaError):
    """Another page has saved another text since; `draft` is as it is stored, `mine` was refused."""

    status: ClassVar[int] = 409

    def __init__(self, draft: Draft, mine: Edit) -> None:
        super().__init__("draft_conflict")
        self.draft = draft
        self.mine = mine


class Choice(StrEnum):
    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


def typed(text: str) -> str:
    """A text as people mean it and PostgreSQL can store it: \\n line ends, no NUL, no lone surrogate."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return strip_nul(lines).encode("utf-8", "replace").decode()[:TEXT_LIMIT]


def save(user: User, project: Project, claim: Claim, edit: Edit) -> Saved:
    """Keep the fields as this person's draft of the pair and renew their lease.

    Where they no longer hold the pair, the draft is kept nevertheless. What arrives just after they
    have submitted is a late echo and changes nothing. Raises Conflict; the text is then put aside.
    """
    mine = claim.holder_id == user.pk and claim.done_at is not None
    if mine and claim.done_at is not None and timezone.now() - claim.done_at < ECHO:
        return Saved(0, True)
    revision = keep(user, claim.pair_id, edit)
    return Saved(revision, mine or queue.renew(claim, user, project))


_KEEP = f"""
INSERT INTO {Draft._meta.db_table} AS draft
       (pair_id, author_id, fields, seat, rivals, revision, saved_at)
VALUES (%(pair)s, %(user)s, %(fields)s::jsonb, %(seat)s, '{{}}'::jsonb,
        (extract(epoch FROM clock_timestamp()) * 1000)::bigint, clock_timestamp())
ON CONFLICT (pair_id, author_id) DO UPDATE
   SET fields = excluded.fields, seat = excluded.seat, saved_at = excluded.saved_at,
       rivals = draft.rivals - excluded.seat,
       revision = greatest(excluded.revision, draft.revision + 1)
 WHERE %(seen)s::bigint IS NULL OR draft.revision = %(seen)s
    OR (draft.seat = excluded.seat AND draft.seat <> '') OR draft.fields = excluded.fields
RETURNING revision
"""

_PUT_ASIDE = f"""
UPDATE {Draft._meta.db_table} SET rivals = rivals || jsonb_build_object(
       coalesce(nullif(%(seat)s, ''), clock_timestamp()::text), %(fields)s::jsonb)
 WHERE pair_id = %(pair)s AND author_id = %(user)s
RETURNING *
"""

_FORGET = f"""
DELETE FROM {Draft._meta.db_table} draft WHERE pair_id = %s AND author_id = %s
RETURNING {Draft.COLUMNS}
"""


_RESOLVE = f"""
UPDATE {Draft._meta.db_table}
   SET fields = %(fields)s::jsonb, seat = '', rivals = rivals - %(keys)s::text[],
       saved_at = clock_timestamp(),
       revision = greatest((extract(epoch FROM clock_timestamp()) * 1000)::bigint, revision + 1)
 WHERE id = %(draft)s AND revision = %(seen)s
RETURNING revision
"""


def keep(user: User, pair_id: int, edit: Edit) -> int:
    """Write the draft in one statement, whether or not there was one; returns its revision.

    Raises Conflict where it would replace a text that was not seen; the text is then put aside.
    """
    params: dict[str, Any] = {
        "pair": pair_id,
        "user": user.pk,
        "fields": _json(edit.fields),
        "seat": edit.seat[:SEAT_LIMIT],
        "seen": edit.seen,
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, params)
        row = cursor.fetchone()
    if row is not None:
        return int(row[0])
    for stored in Draft.objects.raw(_PUT_ASIDE, params):
        raise Conflict(stored, edit)
    return keep(user, pair_id, edit)  # it was submitted in between


def rescue(user: User, pair_id: int, edit: Edit) -> None:
    """Keep what a submit that was refused had in its fields, as the draft or beside it."""
    with suppress(Conflict):
        keep(user, pair_id, edit)


def forget(user: User, pair_id: int, edit: Edit) -> None:
    """Delete the draft of a pair that was decided on by `edit`, in the deciding transaction.

    Raises Conflict where that would lose a text: one that another page saved since or has put aside.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [pair_id, user.pk])
        row = cursor.fetchone()
    must_have_seen(Draft(*row) if row else None, edit)


def must_have_seen(stored: Draft | None, edit: Edit) -> None:
    """Raise Conflict where a draft that is being deleted holds a text that `edit` does not know."""
    if stored is None or edit.seen is None:
        return
    if stored.rivals or not _has_seen(stored, edit):
        raise Conflict(stored, edit)


def of(user: User, project: Project) -> QuerySet[Draft]:
    """This person's drafts, last first, each with what became of the pair: `held` by them, `decided`
    by them, or `free` to be taken up again; none of these where others have it."""
    claims = Claim.objects.filter(pair=OuterRef("pair"))
    mine = claims.filter(holder=user)
    return (
        Draft.objects.filter(author=user, pair__project=project)
        .select_related("pair")
        .annotate(
            held=Exists(mine.filter(done_at=None)),
            decided=Exists(mine.filter(done_at__isnull=False)),
            free=Exists(claims.filter(holder=None, parked=False)),
        )
        .order_by("-saved_at", "-pk")
    )


def discard(draft: Draft, revision: str) -> bool:
    """Delete a draft; False where it is not the revision any more that its writer looked at."""
    known = Draft.objects.filter(
        pk=draft.pk, revision=int(revision) if revision.isdecimal() else -1
    )
    return bool(known.delete()[0])


def rival_of(draft: Draft, mine: Edit) -> Rival:
    """What stands against `mine`: the stored text where it was not seen, else one put aside."""
    others = [key for key in draft.rivals if key != mine.seat]
    if others and _has_seen(draft, mine):
        return Rival(others[0], draft.rivals[others[0]])
    return Rival("", draft.fields)


def resolve(user: User, draft: Draft, mine: Edit, choice: Choice, key: str) -> int:
    """Keep `mine`, the rival of this key, or both, its text below mine; returns the new revision.

    `mine.seen` is the revision that was shown. Raises Conflict where there is a newer one by now.
    """
    theirs = draft.rivals.get(key, {}) if key else draft.fields
    chosen = {Choice.MINE: mine.fields, Choice.THEIRS: theirs, Choice.BOTH: _both(mine, theirs)}
    params: dict[str, Any] = {
        "draft": draft.pk,
        "fields": _json(chosen[choice]),
        "keys": [key, mine.seat],
        "seen": mine.seen,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RESOLVE, params)
        row = cursor.fetchone()
    if row is None:
        rescue(user, draft.pair_id, mine)
        raise Conflict(draft, mine)
    return int(row[0])


def _both(mine: Edit, theirs: Mapping[str, Any]) -> dict[str, Any]:
    texts = dict.fromkeys(text for one in (mine.fields, theirs) if (text := one.get("text")))
    return {**theirs, **mine.fields, "text": "\n\n".join(texts)}


def _has_seen(stored: Draft, edit: Edit) -> bool:
    same_page = bool(edit.seat) and stored.seat == edit.seat
    return same_page or stored.revision == edit.seen or stored.fields == _kept(edit.fields)


def _json(fields: Mapping[str, Any]) -> str:
    return json.dumps(_kept(fields), ensure_ascii=False)


def _kept(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is worth keeping: the fields with something in them, as PostgreSQL can store it."""
    return {name: _clean(value) for name, value in fields.items() if value}


def _clean(value: Any) -> Any:
    match value:
        case str():
            return typed(value)
        case dict():
            return {typed(str(name)): _clean(one) for name, one in value.items()}
        case list() | tuple():
            return [_clean(one) for one in value]
        case _:
            return value
