"""How often two models met so far, and how it went: what stopping and adaptive pairing rest on."""

from dataclasses import dataclass

from django.db import connection

from evaluation.models import Campaign

_COUNTS = """
SELECT least(f.model_id, s.model_id), greatest(f.model_id, s.model_id),
       count(*) FILTER (WHERE (b.choice = 'left') = (b.first_is_left = (f.model_id < s.model_id))
                          AND b.choice IN ('left', 'right')),
       count(*) FILTER (WHERE b.choice IN ('left', 'right')),
       count(*)
  FROM evaluation_ballot b
  JOIN evaluation_matchup m ON m.id = b.matchup_id
  JOIN evaluation_answer f ON f.id = m.first_id
  JOIN evaluation_answer s ON s.id = m.second_id
 WHERE b.campaign_id = %s AND b.kind = 'vote' AND b.done_at IS NOT NULL AND b.choice <> 'skip'
 GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Meeting:
    """Two models, by their ids, and their votes: `wins` of the first, `losses`, and `ties` (with
    “both bad”)."""

    first: int
    second: int
    wins: int
    losses: int
    ties: int

    @property
    def votes(self) -> int:
        return self.wins + self.losses + self.ties


def meetings(campaign: Campaign) -> list[Meeting]:
    """Every pair of models with a vote that counts, the lower id first."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [campaign.pk])
        return [
            Meeting(first, second, wins, decided - wins, votes - decided)
            for first, second, wins, decided, votes in cursor.fetchall()
        ]
