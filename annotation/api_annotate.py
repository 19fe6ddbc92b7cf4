"""The API of annotating: claim, draft, submit and skip, by the verbs of the workbench."""

from typing import Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import decisions, desk, drafts, idle, queue, skips
from annotation.access import project_for
from annotation.models import Annotation, Claim, Draft, Mode, Project, Skip
from annotation.outcomes import Decision
from cqia.accounts import http
from cqia.accounts.models import User
from cqia.accounts.roles import Role


class AnswerSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="Its number in this person's order, from 1.")
    text = serializers.CharField()


class WorkSerializer(serializers.Serializer[Any]):
    """A claimed pair as its annotator may see it: no other person's text, no names of models."""

    claim = serializers.IntegerField(source="claim.pk")
    seconds_left = serializers.IntegerField(source="lease.seconds")
    source_name = serializers.CharField(source="question.source")
    task_major = serializers.ListField(source="question.task_major", child=serializers.CharField())
    task_minor = serializers.ListField(source="question.task_minor", child=serializers.CharField())
    domain = serializers.ListField(source="question.domain", child=serializers.CharField())
    system = serializers.CharField(source="question.system")
    history = serializers.ListField(source="question.history")
    instruction = serializers.CharField(source="question.instruction")
    input = serializers.CharField(source="question.input")
    answers = AnswerSerializer(many=True)
    mode = serializers.ChoiceField(source="form.mode", choices=Mode.choices)
    form = serializers.IntegerField(source="form.version", help_text="Version; send it back.")
    guideline = serializers.IntegerField(source="version", allow_null=True)
    draft = serializers.IntegerField(
        source="draft_revision", help_text="Revision of the draft that `text` is, 0: none."
    )
    text = serializers.CharField(help_text="Where rewriting begins: the draft, else the answer.")
    remark = serializers.CharField(help_text="Of the reviewer who sent the pair back.")


class NextSerializer(serializers.Serializer[Any]):
    next = WorkSerializer(allow_null=True)
    idle = serializers.ChoiceField(
        choices=[reason.value for reason in idle.Idle], allow_null=True, help_text="Why none."
    )
    until = serializers.DateTimeField(allow_null=True, help_text="When the first may come free.")
    note = serializers.CharField(allow_blank=True, help_text="Of the lead, who paused the project.")


def _edited(help_text: str) -> serializers.CharField:
    """A text that stays as it was imported where it is left out."""
    return serializers.CharField(
        default=None,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        max_length=drafts.TEXT_LIMIT,
        help_text=help_text,
    )


class DraftSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(
        default="", allow_blank=True, trim_whitespace=False, max_length=drafts.TEXT_LIMIT
    )
    instruction = _edited("The question as it was edited.")
    input = _edited("The input as it was edited.")
    tag = serializers.CharField(
        default="", allow_blank=True, max_length=40, help_text="Of the form: why it was changed."
    )
    reasons = serializers.ListField(
        child=serializers.CharField(max_length=40),
        default=list,
        max_length=99,
        help_text="Of the form: why it is rejected.",
    )
    note = serializers.CharField(default="", allow_blank=True, max_length=2000)
    flaw = serializers.CharField(default="", allow_blank=True, max_length=2000)
    tiers = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=99),
        default=list,
        max_length=99,
        help_text="The numbers of the answers, best first; those in one list are tied.",
    )
    all_bad = serializers.BooleanField(default=False)
    best = serializers.IntegerField(default=None, allow_null=True, help_text="Of the answers.")
    ratings = serializers.DictField(
        child=serializers.IntegerField(), default=dict, help_text="Points by criterion."
    )
    fields = serializers.DictField(  # type: ignore[assignment]
        default=dict, help_text="Answers by the key of the form's field."
    )
    draft = serializers.IntegerField(
        default=None, allow_null=True, help_text="The revision that was changed; null overwrites."
    )


class DecisionSerializer(DraftSerializer):
    verb = serializers.ChoiceField(choices=Annotation.Verb.choices)
    form = serializers.IntegerField(default=None, allow_null=True, help_text="Version seen.")
    guideline = serializers.IntegerField(default=None, allow_null=True, help_text="Version seen.")
    evidence = serializers.DictField(default=dict, help_text="How it was written.")


class KeptSerializer(serializers.Serializer[Any]):
    """A draft as it is kept, with the texts of other pages that did not replace it."""

    revision = serializers.IntegerField()
    saved_at = serializers.DateTimeField()
    kept = serializers.DictField(source="fields")
    rivals = serializers.SerializerMethodField()

    def get_rivals(self, draft: Draft) -> list[dict[str, Any]]:
        return list(draft.rivals.values())


class SkipSerializer(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=Skip.Reason.choices)
    note = serializers.CharField(default="", allow_blank=True, max_length=2000)


class LeaseSerializer(serializers.Serializer[Any]):
    seconds_left = serializers.IntegerField()


class SavedSerializer(serializers.Serializer[Any]):
    seconds_left = serializers.IntegerField()
    revision = serializers.IntegerField(help_text="Of the draft as it is kept now.")


@extend_schema(request=None, responses=NextSerializer)
@api_view(["POST"])
def claim_next(request: Request, slug: str) -> Response:
    """The pair this person is on, else the next one; each call gives the same until it is decided."""
    return next_of(*seat(request, slug))


@extend_schema(request=DecisionSerializer, responses=NextSerializer)
@api_view(["POST"])
def submit(request: Request, slug: str, pk: int) -> Response:
    """Decide on a claimed pair; answers with the next one. Safe to repeat."""
    user, project = seat(request, slug)
    data = valid(DecisionSerializer(data=request.data))
    decisions.submit(user, project, pk, decision_of(project, data))
    return next_of(user, project)


@extend_schema(methods=["GET"], responses=KeptSerializer)
@extend_schema(methods=["PUT"], request=DraftSerializer, responses=SavedSerializer)
@api_view(["GET", "PUT"])
def draft(request: Request, slug: str, pk: int) -> Response:
    """Unfinished work on a claimed pair: read it, or keep it and renew the lease.

    409 `draft_conflict` where another page has saved since the revision that is sent; what was sent
    is kept beside the draft.
    """
    user, project = seat(request, slug)
    claim = get_object_or_404(Claim.objects.of(project), pk=pk)
    if request.method == "GET":
        kept = get_object_or_404(drafts.of(user, project), pair=claim.pair_id)
        return Response(KeptSerializer(kept).data)
    data = valid(DraftSerializer(data=request.data))
    saved = drafts.save(user, project, claim, decision_of(project, data).edit)
    if not saved.held:
        raise decisions.LeaseLost
    claim.refresh_from_db(fields=["held_until"])
    left = desk.lease_of(claim).seconds
    return Response({"seconds_left": left, "revision": saved.revision})


@extend_schema(request=SkipSerializer, responses=NextSerializer)
@api_view(["POST"])
def skip(request: Request, slug: str, pk: int) -> Response:
    """Send a claimed pair where the project's policy says; answers with the next one."""
    user, project = seat(request, slug)
    claim = get_object_or_404(Claim.objects.of(project), pk=pk)
    said = valid(SkipSerializer(data=request.data))
    if not skips.skip(claim, user, project, said["reason"], said["note"]):
        raise decisions.LeaseLost
    return next_of(user, project)


@extend_schema(request=None, responses=NextSerializer)
@api_view(["POST"])
def claim_ahead(request: Request, slug: str, pk: int) -> Response:
    """The pair to show after this one, which one holds; its clock starts with `begin`."""
    user, project = seat(request, slug)
    claim = get_object_or_404(Claim.objects.of(project), pk=pk)
    if claim.holder_id != user.pk or claim.done_at is not None:
        raise decisions.LeaseLost
    return _answer(user, project, queue.claim_ahead(user, project, claim))


@extend_schema(request=None, responses=LeaseSerializer)
@api_view(["POST"])
def begin(request: Request, slug: str, pk: int) -> Response:
    """Start the clock of a pair that was claimed ahead, now that it is shown."""
    user, project = seat(request, slug)
    claim = get_object_or_404(Claim.objects.of(project), pk=pk)
    if not queue.begin(claim, user):
        raise decisions.LeaseLost
    return Response({"seconds_left": desk.lease_of(claim).seconds})


def seat(request: Request, slug: str) -> tuple[User, Project]:
    """The annotator who asks, and their project."""
    asked = cast(http.Request, request)
    return asked.user, project_for(asked, slug, Role.ANNOTATOR)


def valid(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return cast(dict[str, Any], serializer.validated_data)


def decision_of(project: Project, data: dict[str, Any]) -> Decision:
    """What was sent, whole or as a draft, which has no verb."""
    tiers = enumerate(data.pop("tiers"), 1)
    return Decision(
        places={number: place for place, tier in tiers for number in tier},
        guideline_id=desk.guideline_id(project, data.pop("guideline", None)),
        verb=data.pop("verb", ""),
        **data,
    )


def next_of(user: User, project: Project) -> Response:
    return _answer(user, project, queue.claim_next(user, project))


def _answer(user: User, project: Project, claim: Claim | None) -> Response:
    found: dict[str, Any]
    if claim is not None:
        found = {"next": desk.desk_of(claim, user), "idle": None, "until": None, "note": ""}
    else:
        nothing = idle.why_idle(user, project)
        found = {"next": None, "idle": nothing.reason, "until": nothing.until, "note": nothing.note}
    return Response(NextSerializer(found).data)
