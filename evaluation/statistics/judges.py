"""A judge beside people, over the same comparisons. Pure: plain values in, figures out.

A comparison's outcome is 1 where its first answer is better, -1 for the second, 0 for a tie. People's
is what most of them said; a judge's is what it said in both orders, and a tie where that differs, the
conservative rule of MT-Bench (Zheng et al. 2023, section 3.4).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cqia.lib.intervals import wilson
from evaluation.statistics.judge_length import LengthOdds, length_odds


@dataclass(frozen=True)
class Case:
    """A comparison: what people and the judge said, in the order as drawn and in the other."""

    people: int
    straight: int
    swapped: int
    category: str
    models: tuple[str, str]  # of the first answer and of the second
    longer: int  # 1 where the first answer has more characters, -1 the second, 0 as many
    ratio: float = 0.0  # log2 of the first's characters by the second's

    @property
    def judge(self) -> int:
        return self.straight if self.straight == self.swapped else 0


@dataclass(frozen=True)
class Share:
    """A share of `total` with its 95% interval (Wilson 1927)."""

    value: float
    low: float
    high: float
    total: int

    @property
    def percent(self) -> int:
        return round(100 * self.value)

    @property
    def percent_low(self) -> int:
        return round(100 * self.low)

    @property
    def percent_high(self) -> int:
        return round(100 * self.high)


@dataclass(frozen=True)
class Agreement:
    """`same`: the share of comparisons on which both say the same of three; `kappa` is Cohen's
    (1960), None where chance alone would agree on everything."""

    name: str
    same: Share
    kappa: float | None


@dataclass(frozen=True)
class Biases:
    """What moves the judge besides the answers.

    `consistent`: same in both orders. `first_place`: of the comparisons where the order decided, the
    answer that stood as A won (half without position bias). `longer`: of those that a side won, the
    longer answer won, by the judge and by people; `longer_tied`: by the judge where people tie.
    `odds`, `odds_people`: of an answer twice as long.
    """

    consistent: Share
    first_place: Share
    longer: Share
    longer_people: Share
    longer_tied: Share
    odds: LengthOdds | None
    odds_people: LengthOdds | None


@dataclass(frozen=True)
class Favour:
    """Points of a model (wins and half the ties, of all) by the judge and by people."""

    model: str
    judge: Share
    people: Share

    @property
    def difference(self) -> float:
        return self.judge.value - self.people.value

    @property
    def points(self) -> str:
        """In hundredths, with its sign."""
        return f"{100 * self.difference:+.0f}"


def majority(outcomes: Iterable[int]) -> int:
    """What most said; a tie where the two sides were named as often, or ties most."""
    counted = Counter(outcomes)
    if counted[0] > max(counted[1], counted[-1]) or counted[1] == counted[-1]:
        return 0
    return 1 if counted[1] > counted[-1] else -1


def agreements(cases: Sequence[Case]) -> list[Agreement]:
    """Over everything, named "", and then for each category, by name."""
    parts: dict[str, list[Case]] = {"": list(cases)}
    for case in sorted(cases, key=lambda each: each.category):
        if case.category:
            parts.setdefault(case.category, []).append(case)
    return [_agreement(name, part) for name, part in parts.items()]


def biases(cases: Sequence[Case]) -> Biases:
    changed = [case for case in cases if case.straight != case.swapped]
    # As A stood the first answer when straight, the second when swapped.
    first_place = [(case.straight - case.swapped) / 4 + 0.5 for case in changed]
    uneven = [case for case in cases if case.longer]
    return Biases(
        consistent=_share([float(case.straight == case.swapped) for case in cases]),
        first_place=_share(first_place),
        longer=_share([float(c.judge == c.longer) for c in uneven if c.judge]),
        longer_people=_share([float(c.people == c.longer) for c in uneven if c.people]),
        longer_tied=_share(
            [float(c.judge == c.longer) for c in uneven if c.judge and not c.people]
        ),
        odds=length_odds([(c.ratio, c.judge) for c in cases]),
        odds_people=length_odds([(c.ratio, c.people) for c in cases]),
    )


def favours(cases: Sequence[Case]) -> list[Favour]:
    """Each model, those first that the judge likes better than people do."""
    names = sorted({name for case in cases for name in case.models})
    points: Mapping[str, list[tuple[float, float]]] = {name: [] for name in names}
    for case in cases:
        for name, sign in zip(case.models, (1, -1), strict=True):
            points[name].append(((sign * case.judge + 1) / 2, (sign * case.people + 1) / 2))
    found = [
        Favour(name, _share([one for one, _ in each]), _share([two for _, two in each]))
        for name, each in points.items()
    ]
    return sorted(found, key=lambda each: -each.difference)


def _agreement(name: str, cases: Sequence[Case]) -> Agreement:
    same = _share([float(case.judge == case.people) for case in cases])
    return Agreement(name, same, _kappa([(case.judge, case.people) for case in cases]))


def _kappa(pairs: Sequence[tuple[int, int]]) -> float | None:
    """(observed - expected) / (1 - expected), expected by the shares of each outcome."""
    if not pairs:
        return None
    total = len(pairs)
    judge, people = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    observed = sum(one == two for one, two in pairs) / total
    expected = sum(judge[each] * people[each] for each in judge) / total**2
    return (observed - expected) / (1 - expected) if expected < 1 else None


def _share(hits: Sequence[float]) -> Share:
    if not hits:
        return Share(0.0, 0.0, 1.0, 0)
    low, high = wilson(sum(hits), len(hits))
    return Share(sum(hits) / len(hits), low, high, len(hits))
