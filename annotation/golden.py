"""Pairs whose right decision is known, mixed in among the others to see who decides alike.

A lead marks approved and rejected pairs. Each is dealt at most once to anybody who has not met it, in
an extra slot that looks like all others; what they decide is kept, and moves nothing.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.models import Annotation, Claim, GoldItem, Pair, Project, Response, Skip, State
from cqia.accounts.models import User, record
from cqia.lib import rows
from cqia.lib.errors import CqiaError

_Verb = Annotation.Verb

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
    return rows.first(Claim, _DEAL_SQL, values)


@dataclass(frozen=True)
class Known:
    """The right decision on a pair: to accept, rewrite or reject it, or which answer is the best."""

    verb: str
    response: Response | None = None
    number: int = 0  # of the answer, as it was imported

    @property
    def value(self) -> str:
        """As a form sends it."""
        return f"{self.verb}:{self.response.pk}" if self.response else self.verb

    @property
    def name(self) -> str:
        if self.response:
            return _("Answer %(number)s is the best") % {"number": self.number}
        return str(_Verb(self.verb).label)


def decisions_on(pair: Pair) -> list[Known]:
    """What the right decision on a pair may be; none on a pair that is not decided for good."""
    if pair.state == State.REJECTED:
        return [Known(_Verb.REJECT)]
    if pair.state != State.APPROVED:
        return []
    answers = list(pair.responses.filter(author=None).order_by("position", "id"))
    if len(answers) > 1:
        return [Known(_Verb.RANK, answer, number) for number, answer in enumerate(answers, 1)]
    return [*([Known(_Verb.ACCEPT)] if answers else []), Known(_Verb.REWRITE)]


def mark(pair: Pair, lead: User, value: str, note: str = "") -> GoldItem:
    """Mix a pair in from now on, or correct its right decision, which is one of `decisions_on` it."""
    known = next((one for one in decisions_on(pair) if one.value == value), None)
    if known is None:
        raise CqiaError("no_known_decision")
    with transaction.atomic():
        item, _made = GoldItem.objects.update_or_create(
            pair=pair,
            defaults={
                "project_id": pair.project_id,
                "verb": known.verb,
                "response": known.response,
                "note": note,
                "made_by": lead,
                "retired_at": None,
            },
        )
        record(lead, "pair mixed in", pair.project_id, pair=pair.pk)
    return item


def retire(item: GoldItem, lead: User) -> None:
    """Deal a pair no more; what was decided on it stays."""
    with transaction.atomic():
        GoldItem.objects.filter(pk=item.pk).update(retired_at=timezone.now())
        record(lead, "pair taken out", item.project_id, pair=item.pair_id)


_RIGHT = Q(verb=F("claim__gold__verb")) & ~Q(verb=_Verb.RANK) | Q(
    claim__gold__verb=_Verb.RANK,
    verb__in=(_Verb.RANK, _Verb.PICK),
    response=F("claim__gold__response"),
)

_COUNTS = {"total": Count("pk"), "right": Count("pk", filter=_RIGHT)}


def answers(project: Project) -> QuerySet[Annotation]:
    """The decisions on known pairs that count: of one that was mended, the latest."""
    later = Annotation.objects.filter(claim=OuterRef("claim"), pk__gt=OuterRef("pk"))
    return Annotation.objects.filter(~Exists(later), claim__gold__project=project)


def by_person(project: Project) -> list[dict[str, Any]]:
    """Who decided how many known pairs, `total`, and how many of them rightly, `right`."""
    people = answers(project).values("author", "author__display_name", "author__username")
    rows = people.annotate(**_COUNTS).order_by("author__username")
    return [dict(row) for row in rows]


def by_pair(project: Project) -> dict[int, tuple[int, int]]:
    """How many decided on each known pair, and how many of them rightly; by the item's id."""
    rows = answers(project).values_list("claim__gold").annotate(**_COUNTS).order_by()
    return {item: (total, right) for item, total, right in rows}
