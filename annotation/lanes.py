"""Which pairs go to which annotators.

A free slot belongs to the first open lane with members that its pair fits, or to no lane. Who is in
lanes gets pairs of those lanes alone, the first lane before the next; everybody else gets the pairs
that are in no lane.
"""

from annotation.models import Lane, Project
from cqia.accounts.models import User


def lanes_of(user: User, project: Project) -> list[int]:
    """The ids of the open lanes that this person is in, the first one first."""
    return list(
        Lane.objects.open_in(project).filter(members=user).order_by("pk").values_list("pk", flat=True)
    )
