"""How each voter of a campaign votes: what a lead sees of it while the campaign runs.

Nothing here tells which model anybody prefers; who answered is not asked for.
"""

from dataclasses import dataclass, replace

from django.db import connection

from evaluation.models import Campaign
from evaluation.statistics.trust import Decided, outliers

_VOTERS = """
WITH cast_ AS (
  SELECT b.*, m.kind AS trap FROM evaluation_ballot b JOIN evaluation_matchup m ON m.id = b.matchup_id
   WHERE b.campaign_id = %(campaign)s AND b.done_at IS NOT NULL),
meant AS (
  SELECT holder_id, matchup_id, CASE WHEN choice IN ('left', 'right')
         THEN ((choice = 'left') = first_is_left)::text ELSE 'even' END AS better
    FROM cast_ WHERE kind = 'vote' AND choice <> 'skip'),
beside AS (
  SELECT a.holder_id, count(*) AS compared, count(*) FILTER (WHERE a.better = b.better) AS alike
    FROM meant a JOIN meant b ON a.matchup_id = b.matchup_id AND a.holder_id <> b.holder_id
   GROUP BY a.holder_id)
SELECT coalesce(nullif(u.display_name, ''), u.username),
       count(*) FILTER (WHERE b.kind = 'vote' AND b.choice <> 'skip'),
       count(*) FILTER (WHERE b.choice = 'skip'),
       coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY b.seconds), 0),
       count(*) FILTER (WHERE b.seconds < %(fast)s AND b.choice <> 'skip'),
       count(*) FILTER (WHERE b.kind = 'vote' AND b.choice = 'left'),
       count(*) FILTER (WHERE b.kind = 'vote' AND b.choice = 'right'),
       count(*) FILTER (WHERE b.kind = 'attention' AND b.choice <> 'skip'),
       count(*) FILTER (WHERE b.trap = 'identical' AND b.choice IN ('tie', 'both_bad')
          OR b.trap = 'planted' AND b.choice = CASE WHEN b.first_is_left THEN 'left' ELSE 'right' END),
       count(*) FILTER (WHERE b.kind = 'repeat' AND b.choice <> 'skip'),
       count(*) FILTER (WHERE b.kind = 'repeat' AND b.choice = CASE o.choice
          WHEN 'left' THEN 'right' WHEN 'right' THEN 'left' ELSE o.choice END),
       coalesce(max(beside.compared), 0), coalesce(max(beside.alike), 0), u.id
  FROM cast_ b JOIN accounts_user u ON u.id = b.holder_id
  LEFT JOIN evaluation_ballot o ON o.id = b.repeats_id
  LEFT JOIN beside ON beside.holder_id = u.id
 GROUP BY u.id ORDER BY 2 DESC, 1
"""

_DECIDED = """
SELECT b.holder_id, least(f.model_id, s.model_id), greatest(f.model_id, s.model_id),
       count(*) FILTER (WHERE (b.choice = 'left') = (b.first_is_left = (f.model_id < s.model_id))),
       count(*)
  FROM evaluation_ballot b
  JOIN evaluation_matchup m ON m.id = b.matchup_id
  JOIN evaluation_answer f ON f.id = m.first_id
  JOIN evaluation_answer s ON s.id = m.second_id
 WHERE b.campaign_id = %s AND b.kind = 'vote' AND b.done_at IS NOT NULL
   AND b.choice IN ('left', 'right')
 GROUP BY 1, 2, 3
"""


@dataclass(frozen=True)
class Voter:
    """Counts of one person. `seconds` is the median of a ballot; `fast` are those below the limit."""

    name: str
    votes: int
    skipped: int
    seconds: float
    fast: int
    left: int
    right: int
    attention: int
    passed: int
    repeats: int
    agreed: int
    compared: int  # their votes beside those of others on the same two answers
    alike: int
    user: int
    outlier: bool = False  # votes against what others usually find, as trust.outliers has it
    usual: float = 0.0  # the share of such votes that are alike, over all voters

    @property
    def left_share(self) -> float | None:
        """Of the decided votes, the share for the left side, in percent; a half is expected."""
        decided = self.left + self.right
        return 100 * self.left / decided if decided else None

    @property
    def doubtful(self) -> list[str]:
        """What a lead should look at: attention, repeats, side, agreement, outlier, speed."""
        found = []
        if self.attention >= 3 and self.passed < 0.7 * self.attention:
            found.append("attention")
        if self.repeats >= 3 and self.agreed < 0.5 * self.repeats:
            found.append("repeats")
        decided = self.left + self.right
        # Three standard errors of a fair coin.
        if decided >= 20 and abs(self.left - self.right) > 3 * decided**0.5:
            found.append("side")
        # Three standard errors below what is usual among the voters.
        spread = (self.compared * self.usual * (1 - self.usual)) ** 0.5
        if self.compared >= 20 and self.alike < self.compared * self.usual - 3 * spread:
            found.append("agreement")
        if self.outlier:
            found.append("outlier")
        if self.votes >= 10 and self.fast > 0.3 * self.votes:
            found.append("speed")
        return found


def voters(campaign: Campaign) -> list[Voter]:
    """Everybody who has voted, those with most votes first."""
    with connection.cursor() as cursor:
        cursor.execute(_VOTERS, {"campaign": campaign.pk, "fast": campaign.min_seconds})
        found = [Voter(*row) for row in cursor.fetchall()]
        cursor.execute(_DECIDED, [campaign.pk])
        strange = outliers(
            Decided(user, (one, other), won, decided - won)
            for user, one, other, won, decided in cursor.fetchall()
        )
    compared = sum(voter.compared for voter in found)
    usual = sum(voter.alike for voter in found) / compared if compared else 0.0
    return [replace(each, usual=usual, outlier=each.user in strange) for each in found]
