"""Who let a contaminated pair stay. The last look before a release is frozen is review.gate's."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from annotation import queue, workflow
from annotation.checks.contamination import Contamination
from annotation.models import Finding, Pair, Project, State, Waiver
from annotation.thresholds import Line, lines_of
from annotation.workflow import Wanted
from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError

CHECK = Contamination.id


def line_of(project: Project) -> Line:
    """Where the project draws the line of this check."""
    [line] = [line for line in lines_of(project) if line.check.id == CHECK]
    return line


def contaminated(project: Project, benchmark: str = "") -> QuerySet[Finding]:
    """The findings beyond the line, be it on or off; of one benchmark where its name is given."""
    found = Finding.objects.of(project).filter(line_of(project).beyond)
    return found.filter(evidence__startswith=f"{benchmark} · ") if benchmark else found


def in_need_of_waiver(project: Project, pairs: Iterable[int]) -> set[int]:
    """Those of the pairs that the line drops and nobody has waived."""
    if not line_of(project).enabled:
        return set()
    found = contaminated(project).filter(pair__in=list(pairs), pair__waiver=None)
    return set(found.values_list("pair", flat=True))


def waive(project: Project, pair: Pair, user: User, reason: str) -> Waiver:
    """Let a contaminated pair stay: for annotators where it was dropped, for releases in any case."""
    if not reason.strip():
        raise CqiaError("waiver_reason")
    with transaction.atomic():
        waiver, new = Waiver.objects.get_or_create(
            pair=pair, defaults={"reason": reason.strip()[:400], "user": user}
        )
        if not new:
            raise CqiaError("waived_already", {"user": str(waiver.user)})
        record(user, "contamination waived", project.pk, pair=pair.pk, reason=waiver.reason)
        if pair.state == State.DROPPED:
            moved = workflow.move_many("restore", [Wanted(pair.pk, CHECK, waiver.reason)], user)
            queue.open_slots(moved, project)
    return waiver
