"""How much of each part a mixture takes. Pure: numbers in and out, in rows or tokens."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from review.composition import Mixture


@dataclass(frozen=True)
class Have:
    """What there is of a stratum; `units` are rows again, or tokens."""

    rows: int
    units: int


@dataclass(frozen=True)
class Part:
    """What is taken of a stratum: all its rows `full` times, and `rest` units of them once more."""

    name: str
    ratio: float  # of what is asked for in all
    asked: int
    have: Have
    full: int
    rest: int

    @property
    def given(self) -> int:
        return self.full * self.have.units + self.rest

    @property
    def lacks(self) -> int:
        return self.asked - self.given

    @property
    def repeats(self) -> float:
        """How often a row comes on average."""
        return self.given / self.have.units if self.have.units else 0.0


def plan(mixture: Mixture, there: Mapping[str, Have]) -> list[Part]:
    """Every part of the mixture in the order of its names, as far as what there is goes.

    A part that lacks something is given all it may, and the others are not given less for it: what
    the mixture reaches is then off its ratios, and `lacks` says by how much.
    """
    have = {name: there.get(name, Have(0, 0)) for name, _ in mixture.parts}
    amounts = dict(mixture.parts)
    if mixture.sizes:
        asked = {name: round(amount) for name, amount in amounts.items()}
    else:
        asked = quotas(amounts, _total(mixture, have))
    whole = sum(asked.values()) or 1
    weight = sum(amounts.values())
    return [
        _part(name, (asked[name] / whole if mixture.sizes else amounts[name] / weight),
              asked[name], have[name], mixture.most_copies)
        for name in sorted(amounts)
    ]  # fmt: skip


def quotas(amounts: Mapping[str, float], total: int) -> dict[str, int]:
    """`total` shared out by these ratios in whole numbers that add up to it (largest remainder,
    Hamilton's method; of equal remainders the first name's)."""
    weight = math.fsum(amounts.values())
    exact = {name: total * amount / weight for name, amount in amounts.items()}
    shares = {name: math.floor(share) for name, share in exact.items()}
    left = total - sum(shares.values())
    by_remainder = sorted(exact, key=lambda name: (shares[name] - exact[name], name))
    for name in by_remainder[:left]:
        shares[name] += 1
    return shares


def _total(mixture: Mixture, have: Mapping[str, Have]) -> int:
    """As asked, or the most at which no part lacks anything."""
    if mixture.total is not None:
        return mixture.total
    weight = math.fsum(amount for _, amount in mixture.parts)
    return min(
        math.floor(have[name].units * mixture.most_copies * weight / amount)
        for name, amount in mixture.parts
    )


def _part(name: str, ratio: float, asked: int, have: Have, most: int) -> Part:
    given = min(asked, have.units * most)
    full, rest = divmod(given, have.units) if have.units else (0, 0)
    return Part(name, ratio, asked, have, full, rest)
