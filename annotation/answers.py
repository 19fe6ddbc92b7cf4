"""The answers of a pair that annotators judge, and the order in which each of them sees them."""

from hashlib import blake2b

from annotation.models import Claim, Response
from cqia.accounts.models import User


def shown(claim: Claim, user: User) -> list[Response]:
    """The answers that came with the pair, not those written here, in this person's order.

    Several are shuffled, differently for everybody and the same at every look, so that their first
    place in the file favours none of them.
    """
    answers = list(
        Response.objects.filter(pair=claim.pair_id, author=None).order_by("position", "id")
    )
    if len(answers) > 1:
        answers.sort(key=lambda answer: _lot(claim.pk, user.pk, answer.pk))
    return answers


def _lot(*numbers: int) -> bytes:
    return blake2b(repr(numbers).encode(), digest_size=8).digest()
