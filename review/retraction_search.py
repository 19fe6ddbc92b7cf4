"""What a retraction would hit, or has hit: rows, releases, and the models made from those."""

import re
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q

from annotation.models import Pair, Project, Response, State
from review import retractions
from review.models import Release, ReleaseItem, Retraction, Withdrawal
from review.retractions import Target

SHOWN = 50  # rows that a search lists
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class Effect:
    """What a target would hit: pairs by where they stand, and releases with their rows."""

    pairs: int
    states: list[tuple[str, str, int]]  # value, label, pairs
    releases: list[tuple[Release, int]]


@dataclass
class Hit:
    """A release that held withdrawn rows, and the one that stands in for it."""

    withdrawal: Withdrawal
    patch: Release | None


@dataclass
class Record:
    retraction: Retraction
    pairs: int
    hits: list[Hit]

    @property
    def models(self) -> set[str]:
        """The names of the models made from the releases that it hit."""
        return {
            model.name for hit in self.hits for model in hit.withdrawal.release.model_versions.all()
        }


def found_by(project: Project, q: str) -> list[Pair]:
    """Rows by the digest under which a release published them, else by words in any of their texts."""
    pairs = Pair.objects.filter(project=project, retracted=None).select_related("source")
    if _DIGEST.fullmatch(q):
        digest = bytes.fromhex(q)
        items = ReleaseItem.objects.filter(release__project=project, digest=digest)
        match = Q(pk__in=items.values("pair"))
    else:
        said = Response.objects.filter(pair=OuterRef("pk"), text__icontains=q)
        match = Q(instruction__icontains=q) | Q(input__icontains=q) | Q(Exists(said))
    return list(pairs.filter(match).order_by("pk").prefetch_related("responses")[:SHOWN])


def effect_of(project: Project, target: Target) -> Effect:
    pairs = retractions.hit(project, target)
    counted = dict(pairs.order_by().values_list("state").annotate(Count("pk")))
    states = [
        (value, str(label), counted[value]) for value, label in State.choices if value in counted
    ]
    found = retractions.releases_with(project, pairs)
    return Effect(sum(counted.values()), states, found)


def record_of(project: Project, *only: Retraction) -> list[Record]:
    """The retractions of a project, the newest first, with what each has hit."""
    chosen = (
        project.retractions.filter(pk__in=[one.pk for one in only])
        if only
        else (project.retractions.all())
    )
    held = Withdrawal.objects.select_related("release").prefetch_related("release__model_versions")
    listed = chosen.select_related("source", "person", "by", "job").prefetch_related(
        Prefetch("withdrawals", held)
    )
    return [
        Record(one, one.pairs.count(), [_hit(each) for each in one.withdrawals.all()])
        for one in listed
    ]


def _hit(withdrawal: Withdrawal) -> Hit:
    release = withdrawal.release
    patch = retractions.latest_patch(release)
    return Hit(withdrawal, None if patch == release else patch)
