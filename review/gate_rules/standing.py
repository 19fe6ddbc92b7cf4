"""The rules that go by what people decided: nothing dropped, unreviewed or disputed is inside."""

from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.models import Annotation, Claim, Comment, State
from review.gate_rules.base import BLOCK, WARN, Rule, Selection
from review.models import Review

_STANDING = """
INSERT INTO gate_rows
SELECT %s, %s, CASE WHEN state = wanted THEN 'unreviewed' ELSE state END,
       pair_id, source_id, ordinal, ''
  FROM (SELECT *, CASE kind WHEN 'rejected' THEN 'rejected' ELSE 'approved' END AS wanted
          FROM gate_pairs) row
 WHERE state <> wanted OR kind <> 'rejected' AND review_id IS NULL
"""


class Standing(Rule):
    """Nobody can waive it: what nobody approved is no row of a release."""

    id: ClassVar[str] = "standing"
    name = gettext_lazy("Not approved")
    description = gettext_lazy("The row is not approved, or no longer, or nobody reviewed it.")
    waivable: ClassVar[bool] = False

    def find(self, selection: Selection) -> None:
        selection.cursor.execute(_STANDING, [self.id, BLOCK])

    def told(self, subject: str) -> str:
        return str(State(subject).label) if subject in State.values else _("not reviewed")


# The latest decision of each slot, as in annotation.opinions.
_DISPUTED = f"""
INSERT INTO gate_rows
SELECT %s, %s, 'rejected', row.pair_id, row.source_id, row.ordinal, rejecting || ' / ' || deciding
  FROM (SELECT pair_id, count(*) AS deciding, count(*) FILTER (WHERE verb = 'reject') AS rejecting
          FROM (SELECT DISTINCT ON (decision.claim_id) decision.pair_id, decision.verb
                  FROM {Annotation._meta.db_table} decision
                  JOIN {Claim._meta.db_table} claim
                    ON claim.id = decision.claim_id AND claim.gold_id IS NULL
                 WHERE decision.pair_id IN (
                       SELECT rejected.pair_id FROM {Annotation._meta.db_table} rejected
                         JOIN gate_pairs USING (pair_id)
                        WHERE rejected.verb = 'reject' AND gate_pairs.kind <> 'rejected')
                 ORDER BY decision.claim_id, decision.id DESC) latest
         GROUP BY pair_id) told
  JOIN gate_pairs row USING (pair_id)
  JOIN {Review._meta.db_table} review ON review.id = row.review_id
 WHERE rejecting > 0 AND 2 * rejecting >= deciding AND review.verb <> 'fix'
"""
_OPEN_THREADS = f"""
INSERT INTO gate_rows
SELECT DISTINCT ON (row.ordinal) %s, %s, 'comment', row.pair_id, row.source_id, row.ordinal, ''
  FROM {Comment._meta.db_table} comment JOIN gate_pairs row USING (pair_id)
 WHERE comment.thread_id IS NULL AND comment.resolved_at IS NULL
"""


class Disputed(Rule):
    id: ClassVar[str] = "disputed"
    name = gettext_lazy("Disputed")
    description = gettext_lazy(
        "Half or more of those who decided on the row rejected it, and its reviewer approved it "
        "without mending it. A comment that nobody resolved is told, too."
    )

    def find(self, selection: Selection) -> None:
        selection.cursor.execute(_DISPUTED, [self.id, BLOCK])
        selection.cursor.execute(_OPEN_THREADS, [self.id, WARN])

    def told(self, subject: str) -> str:
        return _("an open comment") if subject == "comment" else _("rejected by half or more")
