"""The API of the queue's settings: what leads set in the room “Queue”, for programs."""

from typing import Any, cast

from django.forms import model_to_dict
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import golden, lanes, pauses, queue_order
from annotation.access import project_for
from annotation.lanes import Course
from annotation.models import GoldItem, Lane, Pair, Project
from annotation.queue_forms import QueueForm, annotators_of
from cqia.accounts.http import person
from cqia.accounts.roles import Role


class QueueSerializer(serializers.ModelSerializer[Project]):
    """How many decide on a pair, in which order, for how long, and what becomes of skips."""

    class Meta:
        model = Project
        fields = [*QueueForm.Meta.fields, "paused_at", "pause_note"]
        read_only_fields = ["paused_at", "pause_note"]


class PauseSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=300, help_text="Annotators read it.")


class PrioritySerializer(serializers.Serializer[Any]):
    source = serializers.IntegerField()  # type: ignore[assignment]  # Field.source is of another meaning
    priority = serializers.IntegerField(min_value=1, max_value=9)


class LaneSerializer(serializers.Serializer[Any]):
    """Pairs for some annotators. What is left empty is not asked for."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=80)
    sources = serializers.ListField(child=serializers.IntegerField(), default=list)
    task_types = serializers.ListField(child=serializers.CharField(max_length=80), default=list)
    domains = serializers.ListField(child=serializers.CharField(max_length=80), default=list)
    members = serializers.ListField(
        child=serializers.CharField(), default=list, help_text="User names of annotators."
    )

    def validate_sources(self, given: list[int]) -> list[int]:
        known = self.context["project"].sources.values_list("pk", flat=True)
        return cast(list[int], _all_known(given, set(known)))

    def validate_members(self, given: list[str]) -> list[int]:
        """Their ids."""
        known = dict(annotators_of(self.context["project"]).values_list("username", "pk"))
        return [known[name] for name in _all_known(given, set(known))]


class GoldSerializer(serializers.Serializer[Any]):
    decision = serializers.CharField(
        max_length=40, help_text="accept, rewrite, reject, or rank:ID of the best answer."
    )


def _all_known(given: list[Any], known: set[Any]) -> list[Any]:
    if unknown := [str(one) for one in given if one not in known]:
        raise serializers.ValidationError(unknown)
    return given


@extend_schema(request=QueueSerializer(partial=True), responses=QueueSerializer)
@api_view(["GET", "PATCH"])
def queue(request: Request, slug: str) -> Response:
    """The settings of the queue; a PATCH changes those that it names."""
    project = project_for(request, slug, Role.LEAD)
    if request.method == "PATCH":
        asked = QueueSerializer(project, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        values = model_to_dict(project, QueueForm.Meta.fields) | asked.validated_data
        form = QueueForm(values, instance=project)
        if not form.is_valid():  # each is right by itself, and they do not go together
            raise serializers.ValidationError(
                {name: [str(one) for one in faults] for name, faults in form.errors.items()}
            )
        form.keep(person(request))
    return Response(QueueSerializer(project).data)


@extend_schema(methods=["PUT"], request=PauseSerializer, responses=QueueSerializer)
@extend_schema(methods=["DELETE"], responses=QueueSerializer)
@api_view(["PUT", "DELETE"])
def pause(request: Request, slug: str) -> Response:
    """PUT: give out no more pairs, for what the note says. DELETE: give them out again."""
    project = project_for(request, slug, Role.LEAD)
    if request.method == "PUT":
        asked = PauseSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        pauses.pause(project, person(request), asked.validated_data["note"])
    else:
        pauses.resume(project, person(request))
    return Response(QueueSerializer(project).data)


@extend_schema(request=PrioritySerializer(many=True), responses=PrioritySerializer(many=True))
@api_view(["GET", "PUT"])
def priorities(request: Request, slug: str) -> Response:
    """Of each source from 1, which comes first, to 9; a PUT changes those that it names."""
    project = project_for(request, slug, Role.LEAD)
    sources = project.sources.order_by("pk")
    if request.method == "PUT":
        asked = PrioritySerializer(data=request.data, many=True)
        asked.is_valid(raise_exception=True)
        given = {one["source"]: one["priority"] for one in asked.validated_data}
        _all_known(list(given), set(sources.values_list("pk", flat=True)))
        queue_order.set_priorities(project, person(request), given)
    rows = [
        {"source": pk, "priority": level} for pk, level in sources.values_list("pk", "priority")
    ]
    return Response(rows)


@extend_schema(methods=["GET"], responses=LaneSerializer(many=True), operation_id="lanes_list")
@extend_schema(methods=["POST"], request=LaneSerializer, responses={201: LaneSerializer})
@api_view(["GET", "POST"])
def lanes_of(request: Request, slug: str) -> Response:
    """The open lanes; a POST makes another."""
    project = project_for(request, slug, Role.LEAD)
    if request.method == "POST":
        return Response(_saved_lane(request, project, None), status=201)
    open_lanes = Lane.objects.open_in(project).prefetch_related("members")
    return Response([_shown(lane) for lane in open_lanes])


@extend_schema(methods=["PUT"], request=LaneSerializer, responses=LaneSerializer)
@extend_schema(methods=["DELETE"], responses={204: None})
@api_view(["PUT", "DELETE"])
def lane(request: Request, slug: str, pk: int) -> Response:
    """PUT: change a lane. DELETE: close it; what waits in it goes back to the others."""
    project = project_for(request, slug, Role.LEAD)
    known = get_object_or_404(Lane.objects.open_in(project), pk=pk)
    if request.method == "PUT":
        return Response(_saved_lane(request, project, known))
    lanes.close(project, person(request), known)
    return Response(status=204)


def _saved_lane(request: Request, project: Project, known: Lane | None) -> dict[str, Any]:
    asked = LaneSerializer(data=request.data, context={"project": project})
    asked.is_valid(raise_exception=True)
    return _shown(lanes.save(project, person(request), Course(**asked.validated_data), known))


def _shown(one: Lane) -> dict[str, Any]:
    names = [user.username for user in one.members.all()]
    return dict(LaneSerializer({**vars(one), "members": names}).data)


@extend_schema(methods=["PUT"], request=GoldSerializer, responses=GoldSerializer)
@extend_schema(methods=["DELETE"], responses={204: None})
@api_view(["PUT", "DELETE"])
def gold(request: Request, slug: str, pk: int) -> Response:
    """PUT: mix a pair in whose right decision is known. DELETE: deal it no more."""
    project = project_for(request, slug, Role.LEAD)
    pair = get_object_or_404(Pair, project=project, pk=pk)
    if request.method == "DELETE":
        golden.retire(get_object_or_404(GoldItem, pair=pair, retired_at=None), person(request))
        return Response(status=204)
    asked = GoldSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    golden.mark(pair, person(request), asked.validated_data["decision"])
    return Response(asked.data)
