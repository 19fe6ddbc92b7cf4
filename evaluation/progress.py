"""How far a campaign is, and when it will be done at the present pace."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from evaluation.models import Ballot, Campaign

PACES = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))
"""The present pace is that of the last hour; of the last day where nobody voted in it, and so on."""


@dataclass(frozen=True)
class Progress:
    """Ballots. `cast` and `asked` are votes that count; `hourly` is None where nobody votes."""

    cast: int
    asked: int
    attention: int
    repeats: int
    skipped: int
    lost: int  # skipped, and no spare one was left
    hourly: float | None

    @property
    def left(self) -> int:
        return max(self.asked - self.cast, 0)

    @property
    def done_at(self) -> datetime | None:
        """When the last vote is cast at this pace; None where that cannot be told."""
        if not self.hourly or not self.left:
            return None
        hours = min(self.left / self.hourly, 24 * 3650)
        return timezone.now() + timedelta(hours=hours)


def progress_of(campaign: Campaign) -> Progress:
    done, skipped = Q(done_at__isnull=False), Q(choice="skip")
    vote = Q(kind=Ballot.Kind.VOTE)
    counts = Ballot.objects.filter(campaign=campaign).aggregate(
        cast=Count("pk", filter=vote & done & ~skipped),
        open=Count("pk", filter=vote & Q(spare=False) & ~skipped),
        attention=Count("pk", filter=Q(kind=Ballot.Kind.ATTENTION) & done),
        repeats=Count("pk", filter=Q(kind=Ballot.Kind.REPEAT) & done),
        skipped=Count("pk", filter=skipped),
        drawn=Count("pk", filter=vote & Q(slot__lte=campaign.votes_per_matchup)),
    )
    opened, drawn = counts.pop("open"), counts.pop("drawn")
    return Progress(**counts, asked=opened, lost=max(drawn - opened, 0), hourly=_hourly(campaign))


def _hourly(campaign: Campaign) -> float | None:
    now = timezone.now()
    for pace in PACES:
        since = max(now - pace, campaign.opened_at)
        votes = Ballot.objects.filter(campaign=campaign, done_at__gte=since).count()
        if votes:
            # Ten minutes at least, so that the first votes do not promise too much.
            return votes / max((now - since) / timedelta(hours=1), 1 / 6)
    return None
