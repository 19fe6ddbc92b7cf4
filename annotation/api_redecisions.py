"""The API of the lines: read and draw them, one or all at once by a preset, and take it back."""

from typing import Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import redecisions, thresholds
from annotation.access import project_for
from annotation.checks import CHECKS
from annotation.models import Redecision
from cqia.accounts.http import person
from cqia.accounts.roles import Role


class LineSerializer(serializers.Serializer[Any]):
    """The line of one check: a pair whose score lies outside the bounds is dropped."""

    check_id = serializers.CharField(source="check.id")
    name = serializers.CharField(source="check.name")
    version = serializers.IntegerField(source="check.version")
    enabled = serializers.BooleanField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    is_default = serializers.BooleanField()


class BoundsSerializer(serializers.Serializer[Any]):
    check_id = serializers.ChoiceField(choices=[check.id for check in CHECKS])
    enabled = serializers.BooleanField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class MovesSerializer(serializers.Serializer[Any]):
    """What lines do: pairs dropped, let back in, and left to the people who are at them."""

    dropped = serializers.IntegerField()
    readmitted = serializers.IntegerField()
    stayed = serializers.IntegerField()


class RedecisionSerializer(MovesSerializer):
    """A change of lines. `id` is null where the lines were there already."""

    id = serializers.IntegerField(allow_null=True)
    user = serializers.CharField(source="user.username", allow_null=True)
    at = serializers.DateTimeField(allow_null=True)
    before = serializers.ListField()
    after = serializers.ListField()
    undone_at = serializers.DateTimeField(allow_null=True)


class PresetSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    is_present = serializers.BooleanField()
    lines = LineSerializer(many=True)


_NOTHING: dict[str, Any] = {
    "id": None,
    "user": None,
    "at": None,
    "dropped": 0,
    "readmitted": 0,
    "stayed": 0,
    "before": [],
    "after": [],
    "undone_at": None,
}


def _answer(redecision: Redecision | None) -> Response:
    return Response(RedecisionSerializer(redecision).data if redecision else _NOTHING)


@extend_schema(methods=["GET"], responses=LineSerializer(many=True))
@extend_schema(methods=["PUT"], request=BoundsSerializer(many=True), responses=RedecisionSerializer)
@api_view(["GET", "PUT"])
def lines(request: Request, slug: str) -> Response:
    """Read the lines of all checks, or draw some anew (one, or a list) and decide by them at once."""
    project = project_for(request, slug, Role.LEAD)
    if request.method == "GET":
        return Response(LineSerializer(thresholds.lines_of(project), many=True).data)
    data = request.data if isinstance(request.data, list) else [request.data]
    form = BoundsSerializer(data=data, many=True)
    form.is_valid(raise_exception=True)
    drawn = [
        thresholds.Line(
            thresholds.check_named(one["check_id"]), one["enabled"], one["low"], one["high"]
        )
        for one in cast(list[dict[str, Any]], form.validated_data)
    ]
    return _answer(redecisions.redecide(project, person(request), drawn))


@extend_schema(responses=PresetSerializer(many=True))
@api_view(["GET"])
def presets(request: Request, slug: str) -> Response:
    """The presets, and which of them the lines are."""
    project = project_for(request, slug, Role.LEAD)
    return Response(PresetSerializer(thresholds.presets(project), many=True).data)


@extend_schema(methods=["GET"], responses=MovesSerializer)
@extend_schema(methods=["POST"], request=None, responses=RedecisionSerializer)
@api_view(["GET", "POST"])
def preset(request: Request, slug: str, name: str) -> Response:
    """What a preset would do (GET), or have it done (POST)."""
    project = project_for(request, slug, Role.LEAD)
    drawn = thresholds.preset(name)
    if request.method == "GET":
        return Response(MovesSerializer(redecisions.preview(project, drawn)).data)
    return _answer(redecisions.redecide(project, person(request), drawn))


@extend_schema(responses=RedecisionSerializer(many=True))
@api_view(["GET"])
def changes(request: Request, slug: str) -> Response:
    """The latest hundred changes of lines, the newest first."""
    project = project_for(request, slug, Role.LEAD)
    known = Redecision.objects.filter(project=project).select_related("user")[:100]
    return Response(RedecisionSerializer(known, many=True).data)


@extend_schema(request=None, responses=MovesSerializer)
@api_view(["POST"])
def undo(request: Request, slug: str, pk: int) -> Response:
    """Put the lines back as they were before the latest change; says what that moved."""
    project = project_for(request, slug, Role.LEAD)
    change = get_object_or_404(Redecision, project=project, pk=pk)
    return Response(MovesSerializer(redecisions.undo(change, person(request))).data)
