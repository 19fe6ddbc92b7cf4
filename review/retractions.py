"""Withdrawing rows, a source or a person: what it hits, and carrying it into releases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from annotation import jobs, withdrawing
from annotation.models import Annotation, Job, Pair, Project, Response, Source
from annotation.prefilter import chunks
from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError
from review.models import (
    Release,
    ReleaseItem,
    RetractedPair,
    Retraction,
    Review,
    Withdrawal,
)

TASK = "review.withdraw"
PATCH_TASK = "review.patch"
ROWS_AT_ONCE = 500  # that can be named singly (a limit of this project)


@dataclass(frozen=True)
class Target:
    """What is to be withdrawn: `pairs`, or `source`, or `person`.

    Of a person: the rows that hold a text of theirs; with `decided` also those they decided on.
    """

    pairs: Sequence[int] = ()
    source: Source | None = None
    person: User | None = None
    decided: bool = False

    @property
    def what(self) -> Retraction.What:
        if self.source is not None:
            return Retraction.What.SOURCE
        return Retraction.What.PERSON if self.person is not None else Retraction.What.ROW


@dataclass(frozen=True)
class Why:
    """`kind` and `dated` are published beside the rows; `reason` is for the leads alone."""

    kind: str
    reason: str
    dated: date | None = None


def hit(project: Project, target: Target) -> QuerySet[Pair]:
    """The pairs of a project that fall under it and are not withdrawn yet.

    Of single rows also their exact copies: the same prompt and answer under another number.
    """
    pairs = Pair.objects.filter(project=project, retracted=None)
    if target.source is not None:
        return pairs.filter(source=target.source)
    if target.person is not None:
        return pairs.filter(_by(target.person, decided=target.decided))
    named = Pair.objects.filter(project=project, pk__in=target.pairs)
    return pairs.filter(content_hash__in=named.values("content_hash"))


def _by(person: User, *, decided: bool) -> Q:
    """Pairs with a text of this person: an answer, a prompt, or what they said is wrong."""
    changed = Q(instruction__isnull=False) | Q(input__isnull=False)
    annotations = Annotation.objects.filter(author=person)
    reviews = Review.objects.filter(reviewer=person)
    if not decided:
        annotations = annotations.filter(changed | ~Q(flaw=""))
        reviews = reviews.none()  # a prompt as reviewed is the annotator's, an answer is a Response
    answers = Response.objects.filter(author=person)
    return (
        Q(pk__in=answers.values("pair"))
        | Q(pk__in=annotations.values("pair"))
        | Q(pk__in=reviews.values("pair"))
    )


def releases_with(project: Project, pairs: QuerySet[Pair]) -> list[tuple[Release, int]]:
    """Each release that holds some of the pairs, and how many of its rows they are."""
    found = ReleaseItem.objects.filter(release__project=project, pair__in=pairs.values("pk"))
    counted = dict(found.values_list("release").annotate(Count("pk")).order_by())
    releases = project.releases.filter(pk__in=counted).order_by("number")
    return [(one, counted[one.pk]) for one in releases.prefetch_related("model_versions")]


def withdraw(project: Project, user: User, target: Target, why: Why) -> Retraction:
    """Record what is withdrawn and start the job that carries it out.

    Raises CqiaError where nothing falls under it, or no reason is given.
    """
    if not why.reason.strip():
        raise CqiaError("retraction_reason")
    if len(target.pairs) > ROWS_AT_ONCE:
        raise CqiaError("retraction_many", {"limit": ROWS_AT_ONCE})
    if not hit(project, target).exists():
        raise CqiaError("retraction_of_nothing")
    with transaction.atomic():
        retraction = Retraction.objects.create(
            project=project,
            what=target.what,
            pair_ids=sorted(target.pairs) if target.what == Retraction.What.ROW else [],
            source=target.source,
            person=target.person,
            decided=target.decided and target.person is not None,
            kind=why.kind,
            reason=why.reason.strip(),
            dated=why.dated or timezone.localdate(),
            by=user,
            job=jobs.start(TASK, project, user),
        )
        record(user, "withdrawn", project.pk, what=target.what, retraction=retraction.pk)
    return retraction


def target_of(retraction: Retraction) -> Target:
    return Target(retraction.pair_ids, retraction.source, retraction.person, retraction.decided)


def carry_out(job: Job) -> None:
    """Shut the pairs out, note each release that holds them, and start the patching of those.

    All at once or not at all, under the project's lock: a release that is being frozen is waited
    for, so that none slips through. Done a second time, it finds nothing left to do.
    """
    retraction = job.retraction
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=job.project_id)
        if retraction.withdrawals.exists():
            return
        shut_out(retraction, job)
        held = RetractedPair.objects.filter(retraction=retraction)
        pairs = Pair.objects.filter(pk__in=held.values("pair"))
        found = releases_with(job.project, pairs)
        Withdrawal.objects.bulk_create(
            Withdrawal(retraction=retraction, release=release, rows=rows) for release, rows in found
        )
        for release in dict.fromkeys(latest_patch(release) for release, _rows in found):
            jobs.start(
                PATCH_TASK,
                job.project,
                job.created_by,
                release=release.pk,
                retraction=retraction.pk,
            )


def shut_out(retraction: Retraction, job: Job | None = None) -> int:
    """Take what falls under a retraction out of the work; how many pairs that were."""
    count = 0
    if retraction.person is not None:
        withdrawing.forget_drafts(retraction.project, retraction.person)
    for ids in chunks(hit(retraction.project, target_of(retraction))):
        if job is not None:
            jobs.heed(job)
        RetractedPair.objects.bulk_create(
            RetractedPair(pair_id=pk, retraction=retraction) for pk in ids
        )
        withdrawing.shut_out(ids, retraction.by)
        count += len(ids)
    return count


def shut_out_newcomers(project: Project) -> int:
    """Withdraw what came in since: rows of a withdrawn source, exact copies of withdrawn rows.

    Run it in the freezing transaction, under the project's lock.
    """
    lasting = project.retractions.exclude(what=Retraction.What.PERSON)
    return sum(shut_out(one) for one in lasting.select_related("project", "source", "by"))


def latest_patch(release: Release) -> Release:
    """The last of the releases that each patch the one before, or the release itself."""
    seen = release
    while patch := patches_of([seen]).order_by("-number").first():
        seen = patch
    return seen


def patches_of(releases: Iterable[Release]) -> QuerySet[Release]:
    """The patched releases that stand in for these."""
    return Release.objects.filter(previous__in=releases, retraction__isnull=False)
