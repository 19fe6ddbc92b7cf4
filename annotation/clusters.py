"""Pairs that are alike, put together for a lead to decide on, with a proposal which one to keep."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from annotation.checks import CHECK_OF
from annotation.checks.base import Group
from annotation.models import Claim, Finding, Likeness, Pair, Project, State
from annotation.near_duplicates import LEAST
from annotation.texts import whole_texts
from annotation.thresholds import beyond, lines_of
from cqia.lib import diff

EDGES = 20_000  # likenesses that are put together at a time, those of the pairs that came first
SHOWN = 6  # members of a cluster decided on at a time; the others follow
MOSTLY = 0.6  # changed, of both texts: then marks would hide more than they show
_OPEN = (State.QUEUED, State.DROPPED)
_WORKED_ON = {State.APPROVED: 3, State.ANNOTATED: 2, State.RETURNED: 2}


@dataclass(frozen=True)
class Member:
    """One pair of a cluster, and what speaks for it."""

    pair: Pair
    prompt: str
    answer: str
    fails: tuple[str, ...]  # the names of other checks whose lines it is beyond
    judged: float | None
    worked_on: int  # 0 nobody, 1 claimed, 2 annotated, 3 approved


Best = Callable[[Member], float | None]
# What makes a pair the best of those alike: where some are equal, or not all are known, the next rule
# decides among them.
RULES: tuple[tuple[Best, Promise], ...] = (
    (lambda one: one.worked_on, _("people have worked on it")),
    (lambda one: -len(one.fails), _("the other checks have least against it")),
    (lambda one: one.pair.verified_upstream, _("its source says that people checked it")),
    (lambda one: one.judged, _("the model judge gave it the highest score")),
    (lambda one: len(one.answer), _("its answer is the longest")),
    (lambda one: -one.pair.pk, _("it has the lowest number")),
)


@dataclass(frozen=True)
class Proposal:
    best: Member
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """A member beside the best one; its texts show what differs."""

    member: Member
    prompt: SafeString
    answer: SafeString


@dataclass(frozen=True)
class Cluster:
    """The likest pairs of a component; `more` of it are not shown yet."""

    proposal: Proposal
    others: tuple[Compared, ...]
    likeness: float  # the greatest among them
    more: int

    @property
    def ids(self) -> list[int]:
        return [self.proposal.best.pair.pk, *(one.member.pair.pk for one in self.others)]


def line_of(project: Project, check_id: str) -> float:
    """Above which likeness pairs are shown: the line, be it on or off."""
    [line] = [line for line in lines_of(project) if line.check.id == check_id]
    return max(LEAST, line.high if line.high is not None else float(line.check.high or 0))


def undecided(project: Project, check_id: str) -> list[tuple[int, int, float]]:
    """Likenesses beyond the line on which nobody has ruled and something is left to decide."""
    open_ones = Q(earlier__state__in=_OPEN) | Q(later__state__in=_OPEN)
    found = Likeness.objects.filter(
        open_ones,
        project=project,
        check_id=check_id,
        ruling=None,
        jaccard__gt=line_of(project, check_id),
    ).exclude(Q(earlier__state=State.REJECTED) | Q(later__state=State.REJECTED))
    return list(found.order_by("later").values_list("earlier", "later", "jaccard")[:EDGES])


def components(edges: Iterable[tuple[int, int, float]]) -> list[list[int]]:
    """Pairs that hang together, the largest groups first. In each the first comes first, and every
    other after one that it is like: so does a part of it hang together."""
    alike: dict[int, list[int]] = defaultdict(list)
    for earlier, later, _likeness in edges:
        alike[earlier].append(later)
        alike[later].append(earlier)
    groups: list[list[int]] = []
    seen: set[int] = set()
    for first in sorted(alike):
        group = [] if first in seen else [first]
        seen.add(first)
        for one in group:  # grows meanwhile
            fresh = sorted(set(alike[one]) - seen)
            seen.update(fresh)
            group += fresh
        groups += [group] if group else []
    return sorted(groups, key=lambda group: (-len(group), group[0]))


def propose(members: Sequence[Member]) -> Proposal:
    """The member to keep by RULES, and those of them that told it from another."""
    left, reasons = list(members), []
    for value, reason in RULES:
        values = [known for one in left if (known := value(one)) is not None]
        best = [one for one in left if len(values) < len(left) or value(one) == max(values)]
        if len(best) < len(left):
            left = best
            reasons.append(str(reason))
    return Proposal(left[0], tuple(reasons))


def clusters(
    project: Project, groups: Sequence[Sequence[int]], edges: Iterable[tuple[int, int, float]]
) -> list[Cluster]:
    """These groups with their texts, of each as many members as are decided on at a time."""
    shown = [group[:SHOWN] for group in groups]
    members = {one.pair.pk: one for one in members_of(project, [pk for ids in shown for pk in ids])}
    likest: dict[int, float] = defaultdict(float)
    for earlier, later, likeness in edges:
        for pk in (earlier, later):
            likest[pk] = max(likest[pk], likeness)
    return [
        _cluster([members[pk] for pk in ids], max(likest[pk] for pk in ids), len(group) - len(ids))
        for ids, group in zip(shown, groups, strict=True)
    ]


def members_of(project: Project, ids: Sequence[int]) -> list[Member]:
    """What speaks for and against each of these pairs."""
    lines = [line for line in lines_of(project) if line.check.group != Group.DUPLICATES]
    fails: dict[int, list[str]] = defaultdict(list)
    for pk, check_id in Finding.objects.filter(beyond(lines), pair__in=ids).values_list(
        "pair", "check_id"
    ):
        fails[pk].append(str(CHECK_OF[check_id].name))
    judged = Finding.objects.filter(pair__in=ids, check_id="judge").values_list("pair", "score")
    scores, texts = dict(judged), whole_texts(ids)
    claimed = Claim.objects.filter(pair__in=ids, holder__isnull=False)
    taken = set(claimed.values_list("pair", flat=True))
    return [
        Member(
            pair,
            texts[pair.pk].prompt,
            "\n\n".join(texts[pair.pk].answers),
            tuple(fails[pair.pk]),
            scores.get(pair.pk),
            _WORKED_ON.get(State(pair.state), int(pair.pk in taken)),
        )
        for pair in Pair.objects.filter(pk__in=ids).select_related("source")
    ]


def _cluster(members: Sequence[Member], likeness: float, more: int) -> Cluster:
    proposal = propose(members)
    best = proposal.best
    others = (
        Compared(one, _marked(best.prompt, one.prompt), _marked(best.answer, one.answer))
        for one in members
        if one is not best
    )
    return Cluster(proposal, tuple(others), likeness, more)


def _marked(old: str, new: str) -> SafeString:
    """What differs in the new text; a text mostly of its own is shown as it is."""
    changes = diff.diff(old, new)
    if diff.summary(changes).changed_ratio > MOSTLY:
        changes = [diff.Op("same", new)]
    return diff.render_html(changes)
