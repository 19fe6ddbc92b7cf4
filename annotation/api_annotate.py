"""The API of annotating: claim, draft, submit and skip, by the verbs of the workbench."""

from typing import Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import decisions, desk, drafts, queue, skips
from annotation.access import project_for
from annotation.models import Annotation, Claim, Project
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
    text = serializers.CharField(help_text="Where rewriting begins: the draft, else the answer.")
    remark = serializers.CharField(help_text="Of the reviewer who sent the pair back.")


class NextSerializer(serializers.Serializer[Any]):
    next = WorkSerializer(allow_null=True)
    idle = serializers.ChoiceField(
        choices=[reason.value for reason in desk.Idle], allow_null=True, help_text="Why none."
    )


class DraftSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(
        default="", allow_blank=True, trim_whitespace=False, max_length=drafts.TEXT_LIMIT
    )
    reason = serializers.ChoiceField(
        choices=Annotation.Reason.choices, default="", allow_blank=True
    )
    note = serializers.CharField(default="", allow_blank=True, max_length=2000)
    ranking = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        default=list,
        max_length=99,
        help_text="The numbers of the answers, best first.",
    )


class DecisionSerializer(DraftSerializer):
    verb = serializers.ChoiceField(choices=Annotation.Verb.choices)
    guideline = serializers.IntegerField(default=None, allow_null=True, help_text="Version seen.")


class LeaseSerializer(serializers.Serializer[Any]):
    seconds_left = serializers.IntegerField()


@extend_schema(request=None, responses=NextSerializer)
@api_view(["POST"])
def claim_next(request: Request, slug: str) -> Response:
    """The pair this person is on, else the next one; each call gives the same until it is decided."""
    return _next(*_seat(request, slug))


@extend_schema(request=DecisionSerializer, responses=NextSerializer)
@api_view(["POST"])
def submit(request: Request, slug: str, pk: int) -> Response:
    """Decide on a claimed pair; answers with the next one. Safe to repeat."""
    user, project = _seat(request, slug)
    data = _valid(DecisionSerializer(data=request.data))
    decision = decisions.Decision(
        verb=data["verb"],
        text=data["text"],
        reason=data["reason"],
        note=data["note"],
        places=_places(data["ranking"]),
        guideline_id=desk.guideline_id(project, data["guideline"]),
    )
    decisions.submit(user, project, pk, decision)
    return _next(user, project)


@extend_schema(request=DraftSerializer, responses=LeaseSerializer)
@api_view(["PUT"])
def save_draft(request: Request, slug: str, pk: int) -> Response:
    """Keep unfinished work and renew the lease."""
    user, project = _seat(request, slug)
    claim = get_object_or_404(Claim.objects.of(project), pk=pk)
    data = _valid(DraftSerializer(data=request.data))
    places = {str(number): place for number, place in _places(data["ranking"]).items()}
    fields = {"text": data["text"], "reason": data["reason"], "note": data["note"], "places": places}
    if not drafts.save(user, project, claim, drafts.Edit(fields)).held:
        raise decisions.LeaseLost
    claim.refresh_from_db(fields=["held_until"])
    return Response({"seconds_left": desk.lease_of(claim).seconds})


@extend_schema(request=None, responses=NextSerializer)
@api_view(["POST"])
def skip(request: Request, slug: str, pk: int) -> Response:
    """Put a claimed pair at the end of the queue; answers with the next one."""
    user, project = _seat(request, slug)
    claim = get_object_or_404(Claim.objects.of(project), pk=pk)
    if not skips.skip(claim, user, project):
        raise decisions.LeaseLost
    return _next(user, project)


def _seat(request: Request, slug: str) -> tuple[User, Project]:
    """The annotator who asks, and their project."""
    asked = cast(http.Request, request)
    return asked.user, project_for(asked, slug, Role.ANNOTATOR)


def _valid(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return cast(dict[str, Any], serializer.validated_data)


def _places(ranking: list[int]) -> dict[int, int]:
    return {number: place for place, number in enumerate(ranking, 1)}


def _next(user: User, project: Project) -> Response:
    claim = queue.claim_next(user, project)
    work = desk.desk_of(claim, user) if claim else None
    idle = None if claim else desk.why_idle(user, project).reason
    return Response(NextSerializer({"next": work, "idle": idle}).data)
