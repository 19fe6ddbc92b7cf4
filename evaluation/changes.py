"""What changed since the last campaign over the same models."""

from dataclasses import dataclass

from django.db.models import QuerySet

from evaluation.models import Campaign, Result

LOOKED_AT = 20
"""Earlier campaigns that are looked at, the latest first; a default of this project."""


@dataclass(frozen=True)
class Change:
    """Ratings before and now, both with the mean of the shared models at 1000.

    `clear` where each estimate lies outside of the other's interval of 95%.
    """

    model: str
    before: float
    now: float
    clear: bool

    @property
    def change(self) -> float:
        return self.now - self.before


def since_the_last(campaign: Campaign) -> tuple[Campaign, list[Change]] | None:
    """The campaign closed last before this one that shares two models or more with it, and the changes.

    None where there is none. Ratings of different campaigns have no common zero, so both are shifted
    to the same mean of the models that they share; only those of the greatest group are compared.
    """
    if campaign.closed_at is None:
        return None
    now = _board(Result.objects.filter(campaign=campaign))
    earlier = Campaign.objects.filter(
        project=campaign.project, state=Campaign.State.CLOSED, closed_at__lt=campaign.closed_at
    )
    for other in earlier.exclude(result=None).order_by("-closed_at")[:LOOKED_AT]:
        before = _board(Result.objects.filter(campaign=other))
        shared = [model for model in now if model in before]
        if len(shared) >= 2:
            return other, _compare(shared, before, now)
    return None


Board = dict[str, tuple[float, float, float]]


def _board(result: QuerySet[Result]) -> Board:
    """Of the rest of the figures, which may be many, nothing is read."""
    rows = result.values_list("figures__board", flat=True).first() or []
    return {
        each["model"]: (each["rating"], each["low"], each["high"])
        for each in rows
        if not each["group"]
    }


def _compare(shared: list[str], before: Board, now: Board) -> list[Change]:
    def shift(board: Board) -> float:
        return 1000 - sum(board[model][0] for model in shared) / len(shared)

    by_before, by_now = shift(before), shift(now)
    changes = []
    for model in shared:
        was, was_low, was_high = (figure + by_before for figure in before[model])
        is_, is_low, is_high = (figure + by_now for figure in now[model])
        clear = not was_low <= is_ <= was_high and not is_low <= was <= is_high
        changes.append(Change(model, was, is_, clear))
    return changes
