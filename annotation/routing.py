"""Which pairs go to which annotators.

A slot belongs to the first open lane with members that its pair fits, or to no lane. Who is in lanes
gets pairs of those lanes alone, the first lane before the next; everybody else gets the pairs that are
in no lane.
"""

from annotation.models import Lane, Project
from cqia.accounts.models import User

_LANES, _MEMBERS = Lane._meta.db_table, Lane.members.through._meta.db_table
# The lane of `pair`, a row of pairs. What a lane leaves empty is not asked for.
LANE_SQL = f"""
SELECT lane.id FROM {_LANES} lane
 WHERE lane.project_id = pair.project_id AND lane.closed_at IS NULL
   AND EXISTS (SELECT FROM {_MEMBERS} WHERE lane_id = lane.id)
   AND (cardinality(lane.sources) = 0 OR pair.source_id = ANY(lane.sources))
   AND (cardinality(lane.task_types) = 0 OR lane.task_types && pair.task_major)
   AND (cardinality(lane.domains) = 0 OR lane.domains && pair.domain)
 ORDER BY lane.id LIMIT 1
"""


def lanes_of(user: User, project: Project) -> list[int]:
    """The ids of the open lanes that this person is in, the first one first."""
    mine = Lane.objects.open_in(project).filter(members=user)
    return list(mine.order_by("pk").values_list("pk", flat=True))
