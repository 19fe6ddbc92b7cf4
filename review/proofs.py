"""Proving that a row is in a release: the row's digest, and the hashes beside its way to the root."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.http import Http404

from cqia.lib import merkle
from review.models import Release, ReleaseItem


@dataclass(frozen=True)
class Proof:
    """`index` counts from 0. The row's `extra` is not shown: its hash is enough."""

    version: str
    root: str
    rows: int
    index: int
    extra: str
    path: list[str]

    def holds(self, record: bytes) -> bool:
        """Whether this row, one line of JSON without its end, is the one in the release."""
        leaf = merkle.leaf(sha256(record).digest() + bytes.fromhex(self.extra))
        audit = [bytes.fromhex(one) for one in self.path]
        return merkle.is_in(leaf, self.index, self.rows, audit, bytes.fromhex(self.root))


def proof_of(release: Release, position: int) -> Proof:
    """Of the row at this position, from 1; 404 where there is none."""
    if not 1 <= position <= release.rows:
        raise Http404
    items = ReleaseItem.objects.filter(release=release)
    leaves = [bytes(one) for one in items.order_by("position").values_list("digest", flat=True)]
    extra = items.values_list("extra", flat=True).get(position=position)
    path = merkle.path(leaves, position - 1)
    return Proof(
        release.version,
        release.root,
        release.rows,
        position - 1,
        sha256(extra.encode()).hexdigest(),
        [one.hex() for one in path],
    )


def read(told: dict[str, Any]) -> Proof:
    """A proof from its JSON. Raises KeyError, TypeError or ValueError where it is none."""
    proof = Proof(
        str(told["version"]), str(told["root"]), int(told["rows"]), int(told["index"]),
        str(told["extra"]), [str(one) for one in told["path"]],
    )  # fmt: skip
    for one in (proof.root, proof.extra, *proof.path):
        bytes.fromhex(one)
    return proof
