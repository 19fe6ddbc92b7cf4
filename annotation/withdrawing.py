"""Taking pairs out of the work for good, because what they hold was withdrawn."""

from collections.abc import Sequence

from django.utils import timezone

from annotation import workflow
from annotation.models import Claim, Draft, GoldItem, Project
from annotation.workflow import Wanted
from cqia.accounts.models import User


def shut_out(ids: Sequence[int], by: User) -> None:
    """Reject pairs wherever they stand, with their slots and drafts, in the caller's transaction.

    Who is at one of them is told when they submit: somebody else was faster. Decisions stay, and so
    do the slots in which they were made.
    """
    open_slots = Claim.objects.filter(pair__in=ids, done_at=None)
    # Slots first, in order, as those do who decide.
    list(open_slots.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    open_slots.filter(annotations=None).delete()
    open_slots.filter(holder=None).update(parked=True)
    open_slots.exclude(holder=None).update(done_at=timezone.now())
    Draft.objects.filter(pair__in=ids).delete()
    GoldItem.objects.filter(pair__in=ids, retired_at=None).update(retired_at=timezone.now())
    workflow.move_many("retract", map(Wanted, ids), by)


def forget_drafts(project: Project, person: User) -> int:
    """Delete what somebody has typed in a project and not submitted; how many drafts that were."""
    deleted, _by_model = Draft.objects.filter(pair__project=project, author=person).delete()
    return deleted
