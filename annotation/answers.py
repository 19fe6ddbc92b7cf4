"""The answers of a pair that annotators judge, and the order in which each of them sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from django.db import connection

from annotation.models import Claim, Response
from cqia.accounts.models import User

_SQL = f"""
SELECT id, text FROM {Response._meta.db_table}
 WHERE pair_id = %s AND author_id IS NULL ORDER BY position, id
"""


@dataclass(frozen=True)
class Original:
    """An answer that came with the pair."""

    pk: int
    text: str


def shown(claim: Claim, user: User) -> list[Original]:
    """The answers that came with the pair, not those written here, in this person's order."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [claim.pair_id])
        known = dict(cursor.fetchall())
    return [Original(pk, known[pk]) for pk in in_turn(claim, user, known)]


def in_turn(claim: Claim, user: User, ids: Iterable[int]) -> list[int]:
    """The answers' ids as this person sees them.

    Several are shuffled, differently for everybody and the same at every look, so that their first
    place in the file favours none of them.
    """
    return sorted(ids, key=lambda pk: _lot(claim.pk, user.pk, pk))


def _lot(*numbers: int) -> bytes:
    return blake2b(repr(numbers).encode(), digest_size=8).digest()
