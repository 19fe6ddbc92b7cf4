"""How two models fared against each other, and how many votes would tell them apart. Pure."""

from math import ceil, sqrt
from typing import Any

from cqia.lib.intervals import wilson
from evaluation.statistics.table import Cells, Table, cells


def pairs(table: Table, order: list[str]) -> list[dict[str, Any]]:
    """Each pair of models that met, the better of the board first; neighbours also where they did not."""
    counted = cells(table)
    places = [table.models.index(model) for model in order]
    found = []
    for at, one in enumerate(places):
        for step, other in enumerate(places[at + 1 :]):
            met = counted[one, other] + counted[other, one][[1, 0, 2, 3]]
            if met.sum() or step == 0:
                found.append({"one": table.models[one], "other": table.models[other], **_pair(met)})
    return found


def _pair(met: Cells) -> dict[str, Any]:
    """A tie is half a win; `needed` is None for a pair that is exactly even."""
    win, lose, tie, bad = (int(count) for count in met)
    votes = win + lose + tie + bad
    share = (win + (tie + bad) / 2) / votes if votes else 0.5
    low, high = wilson(win + (tie + bad) / 2, votes)
    return {
        "win": win,
        "lose": lose,
        "tie": tie,
        "both_bad": bad,
        "votes": votes,
        "share": share,
        "low": low,
        "high": high,
        "told_apart": not low <= 0.5 <= high,
        "needed": votes_needed(win, lose, tie + bad),
    }


def votes_needed(win: int, lose: int, ties: int) -> int | None:
    """Votes that would tell two models apart with a power of 80% at 5%, if they differ as it seems.

    A test of a share against one half among votes that are no tie (Fleiss, Levin and Paik 2003,
    §2.3), divided by the share of those. None where they seem equal or nothing is known.
    """
    decided = win + lose
    if not decided or win == lose:
        return None
    share = win / decided
    power, half = 0.8416212335729143, 1.959963984540054 / 2
    wanted = ((half + power * sqrt(share * (1 - share))) / (share - 0.5)) ** 2
    return ceil(wanted * (decided + ties) / decided)
