"""Pairs whose right decision is known, mixed in among the others to see who decides alike.

A lead marks approved and rejected pairs. Each is dealt at most once to anybody who has not met it, in
an extra slot that looks like all others; what they decide is kept, and moves nothing.
"""

from datetime import timedelta

from annotation.models import Claim, GoldItem, Project, Skip
from cqia.accounts.models import User

_CLAIMS, _GOLD, _SKIPS = Claim._meta.db_table, GoldItem._meta.db_table, Skip._meta.db_table
# The lot is drawn once after each pair that somebody finished or skipped: whoever asks again without
# having done anything gets the same answer. Which of the items comes is by lot, too.
_DEAL_SQL = f"""
WITH lot AS MATERIALIZED (
    SELECT extract(epoch FROM greatest(
        (SELECT max(done_at) FROM {_CLAIMS}
          WHERE holder_id = %(user)s AND project_id = %(project)s AND done_at IS NOT NULL),
        (SELECT max(at) FROM {_SKIPS} WHERE user_id = %(user)s)))::text || '/' || %(user)s AS drawn
)
INSERT INTO {_CLAIMS} (pair_id, project_id, slot, place, gold_id, holder_id, held_since, held_until)
SELECT gold.pair_id, gold.project_id,
       (SELECT coalesce(max(slot), 0) + 1 FROM {_CLAIMS} WHERE pair_id = gold.pair_id),
       gold.pair_id, gold.id, %(user)s,
       CASE WHEN %(begin)s THEN statement_timestamp() END, statement_timestamp() + %(lease)s
  FROM lot, {_GOLD} gold
 WHERE abs(hashtextextended(lot.drawn, 0) %% 10000) < %(share)s * 100
   AND gold.project_id = %(project)s AND gold.retired_at IS NULL
   AND NOT EXISTS (SELECT FROM {_CLAIMS} own
                    WHERE own.pair_id = gold.pair_id AND own.holder_id = %(user)s)
   AND NOT EXISTS (SELECT FROM {_SKIPS} put_off
                    WHERE put_off.pair_id = gold.pair_id AND put_off.user_id = %(user)s)
 ORDER BY hashtextextended(lot.drawn, gold.id) LIMIT 1
ON CONFLICT DO NOTHING
RETURNING *
"""


def deal(user: User, project: Project, lease: timedelta, *, begin: bool) -> Claim | None:
    """An extra slot of a pair with a known decision, where the lot says so; else None."""
    values = {
        "user": user.pk,
        "project": project.pk,
        "share": project.gold_share,
        "lease": lease,
        "begin": begin,
    }
    return next(iter(Claim.objects.raw(_DEAL_SQL, values)), None)
