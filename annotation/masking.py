"""Masking: personal data in a pair gives way to placeholders, and the lines decide anew.

Only what nobody is at work on is masked: dropped pairs, and queued ones that nobody has claimed. The
texts as they were are kept as Masks, which leads alone may see, and by which masking is undone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.functions import TransactionNow
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from annotation import jobs, prefilter
from annotation.checks.personal_data import PersonalData
from annotation.models import (
    AuditItem,
    Claim,
    Finding,
    Job,
    Mask,
    Pair,
    Project,
    Response,
    State,
    Transition,
)
from annotation.sources.chunks import content_hash
from annotation.sources.recipes.mapped import Answer, Mapped
from annotation.thresholds import lines_of
from annotation.workflow import StaleState
from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError
from cqia.lib.personal import Kind, masked


class _Held(NamedTuple):
    """A pair with its imported answers."""

    pair: Pair
    answers: list[Response]


TASK = "annotation.mask_personal_data"
MASKABLE = (State.DROPPED, State.QUEUED)
_PROMPT = (Mask.Field.SYSTEM, Mask.Field.HISTORY, Mask.Field.INSTRUCTION, Mask.Field.INPUT)


def mask_chosen(project: Project, ids: Iterable[int], lead: User) -> list[int]:
    """Mask what personal data these pairs hold; returns those in which there was any."""
    with transaction.atomic():
        done = mask(project, sorted(set(ids)), lead)
        if done:
            record(lead, "pairs masked", project.pk, count=len(done))
    return done


def mask(project: Project, ids: Sequence[int], lead: User) -> list[int]:
    """Mask those of the pairs that are free, measure them anew and let the lines decide."""
    with transaction.atomic():
        prefilter.hold(project, ids)
        held = _held(project, ids)
        masks = [mask_ for one in held for mask_ in _mask(one, lead)]
        Mask.objects.bulk_create(masks)
        changed = {one.pair_id for one in masks}
        _measure_anew(project, [one for one in held if one.pair.pk in changed])
    return sorted(changed)


def undo(pair: Pair, lead: User) -> None:
    """Put the texts back as they were before anything was masked."""
    with transaction.atomic():
        prefilter.hold(pair.project, [pair.pk])
        masks = list(Mask.objects.standing().filter(pair=pair))
        if not masks:
            raise CqiaError("not_masked")
        held = _held(pair.project, [pair.pk])
        if not held:
            raise StaleState
        answers = {answer.pk: answer for answer in held[0].answers}
        for one in reversed(masks):
            holder = answers[one.response_id] if one.response_id else held[0].pair
            setattr(holder, one.field, one.original)
        Mask.objects.filter(pk__in=[one.pk for one in masks]).update(
            undone_by=lead, undone_at=TransactionNow()
        )
        _measure_anew(pair.project, held)
        record(lead, "masks undone", pair.project_id, pair=pair.pk)


def start(project: Project, lead: User) -> Job:
    """Start the job that masks all that the check's line drops, or would drop where it is off."""
    if not waiting(project).exists():
        raise CqiaError("nothing_to_mask")
    with transaction.atomic():
        record(lead, "masking started", project.pk)
        return jobs.start(TASK, project, lead)


def run(job: Job) -> None:
    """Mask chunk by chunk. A masked pair waits no more, so a job that was killed just goes on."""
    if job.created_by is None:
        raise CqiaError("unexpected")
    pairs = waiting(job.project)
    jobs.report(job, job.done, job.done + pairs.count())
    for ids in prefilter.chunks(pairs):
        mask(job.project, ids, job.created_by)
        jobs.report(job, job.done + len(ids))


def waiting(project: Project) -> QuerySet[Pair]:
    """Pairs beyond the line of the check; those apart that a lead restored as they are, or audits."""
    [line] = [line for line in lines_of(project) if line.check.id == PersonalData.id]
    failing = Finding.objects.of(project).filter(line.beyond)
    restored = Transition.objects.filter(pair=OuterRef("pk"), verb="restore")
    return Pair.objects.filter(
        ~Exists(restored),
        ~Exists(AuditItem.objects.filter(pair=OuterRef("pk"))),
        project=project,
        state__in=MASKABLE,
        pk__in=failing.values("pair"),
    )


def may_mask(pair: Pair) -> bool:
    """Whether there is something to mask, where the pair stands now."""
    found = Finding.objects.filter(pair=pair, check_id=PersonalData.id, score__gt=0)
    return pair.state in MASKABLE and found.exists()


def _held(project: Project, ids: Sequence[int]) -> list[_Held]:
    """The pairs on which nobody is at work, nobody else's until the transaction ends."""
    slots = Claim.objects.filter(pair__in=ids)
    idle = slots.filter(holder=None).select_for_update(skip_locked=True)
    free = Counter(idle.values_list("pair", flat=True))
    taken = Counter(slots.values_list("pair", flat=True)) - free
    pairs = Pair.objects.filter(pk__in=set(ids) - set(taken), project=project, state__in=MASKABLE)
    held = {pair.pk: _Held(pair, []) for pair in pairs.select_for_update().order_by("pk")}
    imported = Response.objects.filter(pair__in=held, parent=None, author=None)
    for answer in imported.order_by("position", "pk"):
        held[answer.pair_id].answers.append(answer)
    return list(held.values())


def _mask(one: _Held, lead: User) -> Iterator[Mask]:
    """Replace what is found in a pair and its answers; what stood in each changed text."""
    texts: list[tuple[Mask.Field, Pair | Response]] = [(field, one.pair) for field in _PROMPT]
    texts += [(Mask.Field.ANSWER, answer) for answer in one.answers]
    for field, holder in texts:
        original = getattr(holder, field)
        text, kinds = _masked(original)
        if kinds:
            setattr(holder, field, text)
            answer = holder if isinstance(holder, Response) else None
            put = "".join(kind.placeholder for kind in kinds)
            yield Mask(
                pair=one.pair, response=answer, field=field, original=original, put=put, by=lead
            )


def _masked(text: Any) -> tuple[Any, list[Kind]]:
    """A text, or the earlier turns: lists of texts."""
    if isinstance(text, str):
        return masked(text)
    pieces = [_masked(piece) for piece in text]
    return [piece for piece, _kinds in pieces], [kind for _piece, kinds in pieces for kind in kinds]


def _measure_anew(project: Project, changed: Sequence[_Held]) -> None:
    """Store the texts as they are now, and have the checks and the lines look at them."""
    for one in changed:
        one.pair.content_hash = _content_hash(one)
    fields = [*map(str, _PROMPT), "content_hash"]
    Pair.objects.bulk_update([one.pair for one in changed], fields)
    Response.objects.bulk_update([answer for one in changed for answer in one.answers], ["text"])
    if changed:
        prefilter.measure(project, [one.pair.pk for one in changed])


def _content_hash(one: _Held) -> UUID:
    pair = one.pair
    answers = [Answer(answer.text) for answer in one.answers]
    mapped = Mapped(pair.instruction, answers, pair.input, pair.system, pair.history)
    return UUID(bytes=content_hash(mapped))
