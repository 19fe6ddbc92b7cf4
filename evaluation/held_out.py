"""Prompt sets drawn from data that no model was trained on: a release's validation or test split, or
approved pairs that are in no release. What is asked in a training split word for word is left out.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from annotation.models import Pair, Project, State
from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError
from evaluation.models import Prompt, PromptSet
from evaluation.models.prompt import TURNS_APART
from evaluation.prompt_records import CATEGORY_LIMIT, SOURCE_LIMIT, question_of
from review.models import ReleaseItem, Review

DRAW_LIMIT = 2000
"""Prompts of one set that are drawn, so that it is done within a request; a default of this project."""

APPROVED = "approved"
_TRAIN = "train"
_CHUNK = 500


@dataclass(frozen=True)
class Field:
    """Where rows are held out: `key` names it, and it has so many. Approved pairs have no release."""

    key: str
    rows: int
    split: str = ""
    version: str = ""  # of the release

    @property
    def label(self) -> str:
        if not self.split:
            return _("approved pairs in no release")
        return _("%(split)s of release %(version)s") % {
            "split": self.split,
            "version": self.version,
        }


@dataclass(frozen=True)
class Draw:
    name: str  # of the prompt set
    key: str  # of a Field
    size: int
    seed: int = 0


def fields(project: Project) -> list[Field]:
    """Where this project has held-out rows, the latest release first."""
    splits = (
        _split_items(project)
        .values("release", "release__version", "split")
        .annotate(rows=Count("pk"))
        .order_by("-release", "split")
    )
    found = [
        Field(
            f"{each['release']}:{each['split']}",
            each["rows"],
            each["split"],
            each["release__version"],
        )
        for each in splits
    ]
    spare = _spare_pairs(project).count()
    return [*found, Field(APPROVED, spare)] if spare else found


def draw(project: Project, wanted: Draw, user: User | None) -> PromptSet:
    """A new prompt set; the same seed draws the same prompts from the same rows."""
    field = next((each for each in fields(project) if each.key == wanted.key), None)
    if field is None:
        raise CqiaError("nothing_held_out")
    if project.prompt_sets.filter(name=wanted.name).exists():
        raise CqiaError("prompt_set_taken")
    drawn = _Drawn(project, wanted)
    prompts = list(islice(drawn, min(wanted.size, DRAW_LIMIT)))
    if not prompts:
        raise CqiaError("nothing_held_out")
    origin = {"from": wanted.key, "rows": field.rows, "seed": wanted.seed}
    origin |= {"split": field.split, "version": field.version}
    with transaction.atomic():
        prompt_set = PromptSet.objects.create(
            project=project, name=wanted.name, origin={**origin, "left_out": drawn.left_out}
        )
        for prompt in prompts:
            prompt.prompt_set = prompt_set
        Prompt.objects.bulk_create(prompts)
        record(user, "prompts drawn", project.pk, name=wanted.name, count=len(prompts), **origin)
    return prompt_set


class _Drawn:
    """The rows in the order drawn, as prompts that are not stored yet; `left_out` were in training."""

    def __init__(self, project: Project, wanted: Draw) -> None:
        self.project, self.wanted, self.left_out = project, wanted, 0

    def __iter__(self) -> Iterator[Prompt]:
        approved = self.wanted.key == APPROVED
        ids = self._pairs() if approved else self._items()
        # Not the drawing of a secret: the same seed must give the same prompts again.
        random.Random(self.wanted.seed).shuffle(ids)  # noqa: S311
        for start in range(0, len(ids), _CHUNK):
            part = ids[start : start + _CHUNK]
            prompts = _of_pairs(part) if approved else _of_items(part)
            trained = _trained_on(self.project, [prompt.key for prompt in prompts])
            for prompt in prompts:
                if prompt.key in trained:
                    self.left_out += 1
                else:
                    yield prompt

    def _pairs(self) -> list[int]:
        return list(_spare_pairs(self.project).order_by("pk").values_list("pk", flat=True))

    def _items(self) -> list[int]:
        release, _colon, split = self.wanted.key.partition(":")
        items = _split_items(self.project).filter(release=int(release), split=split)
        return list(items.order_by("pk").values_list("pk", flat=True))


def _split_items(project: Project) -> QuerySet[ReleaseItem]:
    """Rows of releases outside training, once each, without those withdrawn since."""
    items = ReleaseItem.objects.filter(release__project=project, kind=ReleaseItem.Kind.SFT, copy=0)
    return items.filter(pair__state=State.APPROVED).exclude(split=_TRAIN)


def _spare_pairs(project: Project) -> QuerySet[Pair]:
    released = ReleaseItem.objects.filter(pair=OuterRef("pk"))
    return Pair.objects.filter(~Exists(released), project=project, state=State.APPROVED)


def _trained_on(project: Project, keys: Sequence[str]) -> set[str]:
    """Of these prompts, those whose very instruction and input stand in a training split."""
    pairs = [int(key.removeprefix("pair-")) for key in keys]
    same = ReleaseItem.objects.filter(
        release__project=project,
        split=_TRAIN,
        pair__instruction=OuterRef("instruction"),
        pair__input=OuterRef("input"),
    )
    found = Pair.objects.filter(Exists(same), pk__in=pairs)
    return {f"pair-{pk}" for pk in found.values_list("pk", flat=True)}


def _of_items(ids: Sequence[int]) -> list[Prompt]:
    """As they were frozen."""
    items = ReleaseItem.objects.in_bulk(ids)
    prompts = []
    for item in (items[pk] for pk in ids):
        data, more = item.data, item.more
        pair = Pair(
            pk=item.pair_id,
            instruction=data["instruction"],
            input=data["input"] or "",
            history=more.get("history") or [],
            system=more.get("system") or "",
            task_major=[item.task_major] if item.task_major else [],
        )
        prompts.append(_prompt(pair, item.source, str(data["output"])))
    return prompts


def _of_pairs(ids: Sequence[int]) -> list[Prompt]:
    """As the latest approval left them."""
    pairs = Pair.objects.select_related("source").in_bulk(ids)
    reviews = Review.objects.filter(pair__in=ids, response__isnull=False).select_related("response")
    latest = {review.pair_id: review for review in reviews.order_by("pk")}
    prompts = []
    for pair in (pairs[pk] for pk in ids):
        review = latest.get(pair.pk)
        if review is None or review.response is None:
            continue
        if review.instruction is not None:
            pair.instruction, pair.input = review.instruction, review.input or ""
        prompts.append(_prompt(pair, pair.source.name, review.response.text))
    return prompts


def _prompt(pair: Pair, source: str, reference: str) -> Prompt:
    """Earlier questions are asked anew, so that each model answers by itself."""
    question = question_of(pair.instruction, pair.input)
    turns = [str(turn[0]).strip() for turn in pair.history] + [question]
    return Prompt(
        key=f"pair-{pair.pk}",
        category=(pair.task_major[0] if pair.task_major else "")[:CATEGORY_LIMIT],
        source=source[:SOURCE_LIMIT],
        text=TURNS_APART.join(turns),
        turns=turns if len(turns) > 1 else [],
        system=pair.system,
        reference=reference,
    )
