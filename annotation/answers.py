"""What annotators judge: a pair's prompt and its answers, in the order in which each of them sees them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from django.db import connection
from django.http import Http404

from annotation.models import Claim, Pair, Project, Response
from cqia.accounts.models import User
from cqia.lib import rows

_TEXTS_SQL = f"""
SELECT id, text FROM {Response._meta.db_table}
 WHERE pair_id = %s AND author_id IS NULL ORDER BY position, id
"""
# One round trip for all that a submit needs; json, not jsonb, keeps the texts as they are.
_HELD_SQL = f"""
SELECT claim.*, pair.instruction AS _instruction, pair.input AS _input,
       (SELECT json_object_agg(id, text) FROM {Response._meta.db_table}
         WHERE pair_id = claim.pair_id AND author_id IS NULL) AS _texts
  FROM {Claim._meta.db_table} claim JOIN {Pair._meta.db_table} pair ON pair.id = claim.pair_id
 WHERE claim.id = %s AND claim.project_id = %s
"""

_BESIDE = ("_instruction", "_input", "_texts")


@dataclass(frozen=True)
class Original:
    """An answer that came with the pair."""

    pk: int
    text: str


@dataclass(frozen=True)
class Seen:
    """What a person has before them: the prompt, and the answers in their order."""

    instruction: str
    input: str
    answers: Sequence[Original]


def at_hand(user: User, project: Project, claim_id: int) -> tuple[Claim, Seen]:
    """A slot of this project, whoever holds it, and what `user` would see of its pair; else 404."""
    claim = rows.first(Claim, _HELD_SQL, [claim_id, project.pk])
    if claim is None:
        raise Http404
    instruction, extra, texts = (claim.__dict__.pop(name) for name in _BESIDE)
    known = {int(pk): text for pk, text in (texts or {}).items()}
    return claim, Seen(instruction, extra, _in_order(claim, user, known))


def shown(claim: Claim, user: User) -> list[Original]:
    """The answers that came with the pair, not those written here, in this person's order."""
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS_SQL, [claim.pair_id])
        return _in_order(claim, user, dict(cursor.fetchall()))


def _in_order(claim: Claim, user: User, known: dict[int, str]) -> list[Original]:
    return [Original(pk, known[pk]) for pk in in_turn(claim, user, known)]


def in_turn(claim: Claim, user: User, ids: Iterable[int]) -> list[int]:
    """The answers' ids as this person sees them.

    Several are shuffled, differently for everybody and the same at every look, so that their first
    place in the file favours none of them.
    """
    return sorted(ids, key=lambda pk: _lot(claim.pk, user.pk, pk))


def _lot(*numbers: int) -> bytes:
    return blake2b(repr(numbers).encode(), digest_size=8).digest()
