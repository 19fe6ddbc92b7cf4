"""The answers of a pair that annotators judge, and the order in which each of them sees them."""

from collections.abc import Iterable
from hashlib import blake2b

from annotation.models import Claim, Response
from cqia.accounts.models import User


def shown(claim: Claim, user: User) -> list[Response]:
    """The answers that came with the pair, not those written here, in this person's order."""
    found = Response.objects.filter(pair=claim.pair_id, author=None).order_by("position", "id")
    known = {answer.pk: answer for answer in found}
    return [known[pk] for pk in in_turn(claim, user, known)]


def in_turn(claim: Claim, user: User, ids: Iterable[int]) -> list[int]:
    """The answers' ids as this person sees them.

    Several are shuffled, differently for everybody and the same at every look, so that their first
    place in the file favours none of them.
    """
    return sorted(ids, key=lambda pk: _lot(claim.pk, user.pk, pk))


def _lot(*numbers: int) -> bytes:
    return blake2b(repr(numbers).encode(), digest_size=8).digest()
