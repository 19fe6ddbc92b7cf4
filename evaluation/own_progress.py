"""How far one voter is in a campaign, and what they can still take back."""

from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone

from cqia.accounts.models import User
from evaluation import turns, votes
from evaluation.models import Campaign

LEFT_COUNTED = 1000
"""Comparisons to come are counted up to here, so that a huge campaign costs no more per page."""

# Asked with every vote; the ORM would build it anew each time, which takes longer than the answer.
_SQL = f"""
SELECT count(*) FILTER (WHERE done_at IS NULL), count(done_at),
       count(*) FILTER (WHERE done_at >= %(midnight)s),
       (array_agg(id ORDER BY done_at DESC) FILTER (WHERE done_at > %(undo)s))[1]
  FROM {turns.BALLOTS} WHERE campaign_id = %(campaign)s AND holder_id = %(user)s
"""


@dataclass(frozen=True)
class OwnProgress:
    """Votes cast, and those that this person can still cast (LEFT_COUNTED at most).

    `rest`: they have cast as many today as the campaign takes of one person in a day. `undoable` is
    the token of the ballot they can still take back, empty where there is none.
    """

    cast: int
    left: int
    rest: bool = False
    undoable: str = field(default="", compare=False)

    @property
    def total(self) -> int:
        return self.cast + self.left


def own_progress(user: User, campaign: Campaign) -> OwnProgress:
    """What is `left` are matchups new to this person that still want a vote."""
    since = {"midnight": votes.midnight(), "undo": timezone.now() - votes.UNDO}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, since | {"campaign": campaign.pk, "user": user.pk})
        held, cast, today, last = cursor.fetchone()
    left = min(turns.count_open(user, campaign, LEFT_COUNTED) + held, LEFT_COUNTED)
    undoable = votes.token_of(last, user) if last else ""
    if campaign.daily_cap is None:
        return OwnProgress(cast, left, undoable=undoable)
    more = max(campaign.daily_cap - today, held)
    return OwnProgress(cast, min(left, more), left > 0 and more == 0, undoable)
