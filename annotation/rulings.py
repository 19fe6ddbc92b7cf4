"""What leads decide of pairs that are alike: keep some of them and discard the others, or say that
they are no duplicates. What people claimed, decided on or released stays where it is, and everything
can be undone."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from annotation import near_duplicates, prefilter, queue, workflow
from annotation.models import Finding, Likeness, Pair, Project, Ruling, State, Transition
from annotation.near_duplicates import Found
from annotation.workflow import StaleState, Wanted
from cqia.accounts.models import User, record


@transaction.atomic
def keep(
    project: Project, check_id: str, kept: Sequence[int], others: Sequence[int], lead: User
) -> Ruling:
    """Restore those of the kept that a check dropped, and discard the others; 409 where somebody
    else was first."""
    prefilter.lock(project)
    ruling = _rule(project, check_id, Ruling.Verb.KEEP, [*kept, *others], lead)
    ruling.kept = list(kept)
    ruling.restored = prefilter.restore(project, kept, lead)
    ruling.discarded = _discard(project, check_id, others, lead)
    ruling.save(update_fields=["kept", "restored", "discarded"])
    counts = {"kept": len(kept), "discarded": len(ruling.discarded)}
    record(lead, "duplicates decided", project.pk, **counts)
    return ruling


@transaction.atomic
def part(project: Project, check_id: str, pairs: Sequence[int], lead: User) -> Ruling:
    """No duplicates: they are not asked about again, and no score counts them as alike."""
    prefilter.hold(project, pairs)
    ruling = _rule(project, check_id, Ruling.Verb.APART, pairs, lead)
    ruling.kept = list(pairs)
    ruling.save(update_fields=["kept"])
    _score_anew(project, check_id, _later(ruling))
    record(lead, "duplicates parted", project.pk, count=len(pairs))
    return ruling


@transaction.atomic
def undo(ruling: Ruling, lead: User) -> None:
    """Ask about these pairs again; each goes back to where its scores put it, if nobody has taken it."""
    prefilter.hold(ruling.project, _later(ruling))
    changed = Ruling.objects.filter(pk=ruling.pk, undone_at=None).update(
        undone_at=timezone.now(), undone_by=lead
    )
    if not changed:
        raise StaleState
    returned = workflow.move_many(
        "take_back", map(Wanted, _last_moved(ruling.discarded, "discard")), lead
    )
    queue.open_slots(returned, ruling.project)
    free = queue.close_free_slots(_last_moved(ruling.restored, "restore"))
    workflow.move_many("drop", [Wanted(pk, ruling.check_id) for pk in sorted(free)], lead)
    later = _later(ruling)
    ruling.likenesses.update(ruling=None)
    if ruling.verb == Ruling.Verb.APART:
        _score_anew(ruling.project, ruling.check_id, later)
    prefilter.settle(ruling.project, returned)
    record(lead, "duplicates undone", ruling.project_id)


def _rule(
    project: Project, check_id: str, verb: Ruling.Verb, pairs: Sequence[int], lead: User
) -> Ruling:
    """A ruling on all that is undecided among these pairs."""
    ruling = Ruling.objects.create(project=project, check_id=check_id, verb=verb, user=lead)
    decided = Likeness.objects.filter(
        project=project, check_id=check_id, ruling=None, earlier__in=pairs, later__in=pairs
    ).update(ruling=ruling)
    if not decided:
        raise StaleState
    return ruling


def _discard(project: Project, check_id: str, pairs: Iterable[int], lead: User) -> list[int]:
    """Take pairs out that nobody has claimed or decided on."""
    mine = Pair.objects.filter(project=project, pk__in=list(pairs))
    free = queue.close_free_slots(mine.in_state(State.QUEUED).values_list("pk", flat=True))
    free |= set(mine.in_state(State.DROPPED).values_list("pk", flat=True))
    return workflow.move_many("discard", [Wanted(pk, check_id) for pk in sorted(free)], lead)


def _last_moved(pairs: Iterable[int], verb: str) -> list[int]:
    """Those of the pairs that nothing has moved since."""
    moves = Transition.objects.filter(pair=OuterRef("pk")).order_by("-id").values("verb")[:1]
    found = Pair.objects.filter(pk__in=list(pairs)).annotate(last=Subquery(moves))
    return list(found.filter(last=verb).order_by("pk").values_list("pk", flat=True))


def _later(ruling: Ruling) -> list[int]:
    """The pairs whose scores the ruling may change."""
    return sorted(set(ruling.likenesses.values_list("later", flat=True)))


def _score_anew(project: Project, check_id: str, pairs: Sequence[int]) -> None:
    """Give these pairs the score of the likest that they are not parted from, and settle them."""
    alike = Likeness.objects.filter(check_id=check_id, later__in=pairs)
    alike = alike.exclude(ruling__verb=Ruling.Verb.APART).order_by("earlier")
    found: dict[int, list[Found]] = {pk: [] for pk in pairs}
    for later, earlier, jaccard in alike.values_list("later", "earlier", "jaccard"):
        found[later].append(Found(earlier, jaccard))
    for pk, ranked in found.items():
        one = near_duplicates.measurement(ranked)
        finding = Finding.objects.filter(pair=pk, check_id=check_id)
        finding.update(score=one.score, evidence=one.evidence)
    prefilter.settle(project, pairs)
