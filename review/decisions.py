"""What a reviewer decides on an annotated pair: approve, fix and approve, send back, reject."""

from dataclasses import dataclass
from typing import ClassVar

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from annotation import desk_forms, queue, workflow
from annotation.models import Annotation, Pair, Project, Response, State
from cqia.accounts.models import User
from cqia.lib.errors import CqiaError
from review.models import Review


class OwnWork(CqiaError):
    """The reviewer annotated this pair, or wrote an answer of it, themselves."""

    status: ClassVar[int] = 403

    def __init__(self) -> None:
        super().__init__("own_work")


_APPROVING = (Review.Verb.APPROVE, Review.Verb.FIX)


@dataclass(frozen=True)
class Verdict:
    """A reviewer's decision. `text` is the mended answer of a fix, `remark` what the annotator reads.

    `reason` of sending back is a key of the project's form, by which the annotator sees what is common.
    """

    verb: Review.Verb
    text: str = ""
    remark: str = ""
    reason: str = ""
    annotation_id: int | None = None  # whose answer is approved; the latest where not said
    seconds: float = 0.0


def inbox(user: User, project: Project) -> QuerySet[Pair]:
    """The annotated pairs that `user` may review, oldest first: everybody's but their own."""
    own = Annotation.objects.filter(pair=OuterRef("pk"), author=user)
    waiting = Pair.objects.in_state(State.ANNOTATED).filter(project=project)
    return waiting.exclude(Exists(own)).order_by("id")


def latest_annotations(pair: Pair) -> list[Annotation]:
    """The decision that counts of each of the pair's annotators, newest first."""
    every = pair.annotations.filter(claim__gold=None).order_by("-id")
    every = every.select_related("author", "response__parent", "form")
    latest: dict[int, Annotation] = {}
    for annotation in every:
        latest.setdefault(annotation.claim_id, annotation)
    return list(latest.values())


def decide(user: User, pair: Pair, verdict: Verdict) -> Review:
    """Record the verdict and move the pair, at once or not at all.

    Raises StaleState where somebody else was first, OwnWork, and CqiaError for a send-back without a
    remark or a fix without a text.
    """
    if pair.annotations.filter(author=user).exists():
        raise OwnWork
    if verdict.verb == Review.Verb.RETURN and not verdict.remark.strip():
        raise CqiaError("remark_missing")
    with transaction.atomic():
        _hold(pair)
        annotation = _annotation_of(pair, verdict)
        verb = _verb(annotation, verdict)
        reason = _reason(annotation, verdict, pair.project)
        workflow.move(verb, pair, user, reason=reason, note=verdict.remark)
        if verb == Review.Verb.RETURN:
            queue.reopen(pair)
        return Review.objects.create(
            pair=pair,
            reviewer=user,
            verb=verb,
            response=_final_response(user, pair, annotation, verb, verdict.text),
            instruction=annotation.instruction if verb in _APPROVING else None,
            input=annotation.input if verb in _APPROVING else None,
            remark=verdict.remark,
            seconds=verdict.seconds,
        )


def _reason(annotation: Annotation, verdict: Verdict, project: Project) -> str:
    """Why the pair is sent back, or the first of the reasons for which it was rejected."""
    if verdict.verb != Review.Verb.RETURN:
        return "".join(annotation.reasons[:1])
    known = {reason.key for reason in desk_forms.in_force(project).reasons}
    return verdict.reason if verdict.reason in known else ""


def _hold(pair: Pair) -> None:
    """Let nobody mend their decision or take it back meanwhile: slots first, in order, as they do."""
    list(pair.claims.select_for_update().order_by("pk").values_list("pk"))


def _annotation_of(pair: Pair, verdict: Verdict) -> Annotation:
    latest = latest_annotations(pair)
    if verdict.annotation_id is None and latest:
        return latest[0]
    for annotation in latest:
        if annotation.pk == verdict.annotation_id:
            return annotation
    raise workflow.StaleState  # its annotator has mended it, or taken it back


def _verb(annotation: Annotation, verdict: Verdict) -> str:
    """Approving a rejection rejects, and a fix that changes nothing approves."""
    if verdict.verb == Review.Verb.APPROVE and annotation.response is None:
        return Review.Verb.REJECT
    unchanged = annotation.response and annotation.response.text == verdict.text
    return Review.Verb.APPROVE if verdict.verb == Review.Verb.FIX and unchanged else verdict.verb


def _final_response(
    user: User, pair: Pair, annotation: Annotation, verb: str, text: str
) -> Response | None:
    if verb == Review.Verb.APPROVE:
        return annotation.response
    if verb != Review.Verb.FIX:
        return None
    if not text.strip():
        raise CqiaError("text_missing")
    parent = annotation.response or pair.responses.order_by("position", "id").first()
    return Response.objects.create(
        pair=pair, text=text, origin=Response.Origin.HUMAN, author=user, parent=parent
    )
