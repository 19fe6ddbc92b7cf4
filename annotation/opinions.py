"""Whether those who decided on a pair agree: where they do not, one more is asked.

They agree where more than half of them decide by the same verb, and those are alike in what they wrote,
ranked or picked: on average as alike as the project asks for (annotation.models.Project).
"""

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from django.db import connection

from annotation import routing
from annotation.models import Annotation, Claim, Pair, Project, Response
from cqia.lib import likeness

_CLAIMS = Claim._meta.db_table

# Of each slot the latest decision, for it may have been mended; none on a pair with a known decision.
_OPINIONS_SQL = f"""
SELECT DISTINCT ON (decision.claim_id)
       decision.verb, decision.response_id, coalesce(response.text, ''),
       decision.tiers::json, decision.all_bad
  FROM {Annotation._meta.db_table} decision
  JOIN {_CLAIMS} claim ON claim.id = decision.claim_id AND claim.gold_id IS NULL
  LEFT JOIN {Response._meta.db_table} response ON response.id = decision.response_id
 WHERE decision.pair_id = %s
 ORDER BY decision.claim_id, decision.id DESC
"""
# At the place of the others: whoever is free finishes what is begun before they begin something new.
_ONE_MORE_SQL = f"""
INSERT INTO {_CLAIMS} (pair_id, project_id, slot, place, lane_id)
SELECT pair.id, pair.project_id, max(slot) + 1, least(min(place), pair.id), ({routing.LANE_SQL})
  FROM {Pair._meta.db_table} pair JOIN {_CLAIMS} ON pair_id = pair.id
 WHERE pair.id = %s GROUP BY pair.id HAVING count(*) < %s
RETURNING id
"""
_WITHDRAW_SQL = f"""
DELETE FROM {_CLAIMS} WHERE id = (
    SELECT id FROM {_CLAIMS} claim
     WHERE pair_id = %s AND slot > %s AND holder_id IS NULL AND NOT EXISTS (
           SELECT FROM {Annotation._meta.db_table} WHERE claim_id = claim.id)
     ORDER BY slot DESC LIMIT 1 FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True)
class Opinion:
    """What one person decided; `tiers` as of a ranking, best first."""

    verb: str
    response_id: int | None
    text: str
    tiers: list[list[int]]
    all_bad: bool


def is_settled(claim: Claim, project: Project) -> bool:
    """Whether a pair moves on, now that the last of its slots is done.

    It stays where its annotators disagree and one more may be asked, whose slot is opened here; and a
    pair with a known decision never moves. Run it in the deciding transaction.
    """
    if claim.gold_id is not None:
        return False
    may_disagree = 1 < project.annotators_per_pair < project.most_annotators
    if not may_disagree or agree(claim.pair_id, project):
        return True
    with connection.cursor() as cursor:
        cursor.execute(_ONE_MORE_SQL, [claim.pair_id, project.most_annotators])
        return cursor.fetchone() is None


def withdraw(pair_id: int, project: Project) -> None:
    """Take back the slot of one more, unless somebody has it: the decision that led to it was undone."""
    if project.most_annotators:
        with connection.cursor() as cursor:
            cursor.execute(_WITHDRAW_SQL, [pair_id, project.annotators_per_pair])


def agree(pair_id: int, project: Project) -> bool:
    """Whether a pair needs nobody more, by the decisions there are."""
    with connection.cursor() as cursor:
        cursor.execute(_OPINIONS_SQL, [pair_id])
        opinions = [Opinion(*row) for row in cursor.fetchall()]
    return are_alike(opinions, project.least_likeness / 100)


def are_alike(opinions: list[Opinion], least: float) -> bool:
    """The rule itself; `least` is a likeness from 0 to 1."""
    verb, count = Counter(opinion.verb for opinion in opinions).most_common(1)[0]
    if 2 * count <= len(opinions):
        return False
    pairs = list(combinations((one for one in opinions if one.verb == verb), 2))
    return not pairs or fmean(_likeness(one, other) for one, other in pairs) >= least


def _likeness(one: Opinion, other: Opinion) -> float:
    match one.verb:
        case Annotation.Verb.REWRITE:
            return likeness.of_texts(one.text, other.text)
        case Annotation.Verb.RANK if one.all_bad or other.all_bad:
            return float(one.all_bad == other.all_bad)
        case Annotation.Verb.RANK:
            return likeness.of_rankings(one.tiers, other.tiers)
        case Annotation.Verb.PICK:
            return float(one.response_id == other.response_id)
    return 1.0
