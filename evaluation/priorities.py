"""Adaptive pairing: which pair of models is asked for next.

All ballots exist and are committed when the campaign opens; this only says from which lane they come.
What a voter sees therefore depends on votes cast so far, never on who the voter is.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evaluation.designs import Design, Kind
from evaluation.drawing import lanes
from evaluation.meetings import Meeting, meetings
from evaluation.models import Campaign

AHEAD = 10
"""Votes for which priorities are found at once: so many are cast before the next look."""

PRIOR = 1.0
"""Votes on each model against one of mean strength, half won, that keep estimates finite; a default
of this project."""

Floats = NDArray[np.float64]


def even(design: Design) -> list[tuple[int, float]]:
    """The priorities at the start, where nothing is known; none where the design is not adaptive."""
    if design.name != Kind.ADAPTIVE:
        return []
    return [(lane, 1.0) for lane in lanes(model.pk for model in design.models).values()]


def refresh(campaign: Campaign) -> None:
    """Find the priorities anew from the votes counted so far, and store them."""
    if campaign.design != Kind.ADAPTIVE:
        return
    ids = sorted(campaign.models_compared.values_list("pk", flat=True))
    found = weights(len(ids), _by_place(ids, meetings(campaign)))
    lane_of = lanes(ids)
    ordered = sorted(found.items(), key=lambda each: -each[1])
    kept = [[lane_of[ids[i], ids[j]], round(weight, 6)] for (i, j), weight in ordered]
    Campaign.objects.filter(pk=campaign.pk).update(priorities=kept)


def weights(models: int, met: Sequence[Meeting]) -> dict[tuple[int, int], float]:
    """How many of the next AHEAD votes each pair (i, j), i < j, should have.

    They are given out one by one, each to the pair where a vote is expected to add most information
    about the strengths: the determinant of the information grows by 1 + p(1-p) · Var(θi - θj), so
    that is D-optimal design for a Bradley–Terry model (Atkinson, Donev: Optimum Experimental Designs,
    1992; Graßhoff et al.: Optimal designs for paired comparisons, 2004).
    """
    theta = strengths(models, met)
    information = _information(theta, met)
    given = {(i, j): 0.0 for i in range(models) for j in range(i + 1, models)}
    for _ in range(AHEAD):
        covariance: Floats = np.linalg.inv(information).astype(np.float64)
        best = max(given, key=lambda pair: _gain(theta, covariance, *pair))
        given[best] += 1
        _add(information, *best, _variance(theta, *best))
    return given


def strengths(models: int, met: Sequence[Meeting]) -> Floats:
    """Bradley–Terry strengths in log odds, a tie as half a win each, by Newton's method with PRIOR."""
    theta = np.zeros(models)
    for _ in range(25):
        gradient = -PRIOR * (_chance(theta) - 0.5)
        for each in met:
            won = each.wins + each.ties / 2
            surplus = won - each.votes * _chance(theta[each.first] - theta[each.second])
            gradient[each.first] += surplus
            gradient[each.second] -= surplus
        step = np.linalg.solve(_information(theta, met), gradient)
        theta += np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            break
    return theta


def _information(theta: Floats, met: Sequence[Meeting]) -> Floats:
    chance = _chance(theta)
    found: Floats = np.diag(PRIOR * chance * (1 - chance))
    for each in met:
        variance = each.votes * _variance(theta, each.first, each.second)
        _add(found, each.first, each.second, variance)
    return found


def _add(information: Floats, first: int, second: int, variance: float) -> None:
    information[first, first] += variance
    information[second, second] += variance
    information[first, second] -= variance
    information[second, first] -= variance


def _gain(theta: Floats, covariance: Floats, first: int, second: int) -> float:
    spread = covariance[first, first] + covariance[second, second] - 2 * covariance[first, second]
    return float(_variance(theta, first, second) * spread)


def _variance(theta: Floats, first: int, second: int) -> float:
    chance = _chance(theta[first] - theta[second])
    return float(chance * (1 - chance))


def _chance(difference: Floats) -> Floats:
    return 1 / (1 + np.exp(-difference))


def _by_place(ids: Sequence[int], met: Sequence[Meeting]) -> list[Meeting]:
    """The same meetings with the models' places among `ids` in place of their ids."""
    place = {pk: at for at, pk in enumerate(ids)}
    return [
        Meeting(place[each.first], place[each.second], each.wins, each.losses, each.ties)
        for each in met
    ]
