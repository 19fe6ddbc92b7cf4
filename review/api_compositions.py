"""The API of compositions: list, save, try and freeze."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import project_for
from cqia.accounts.http import person
from cqia.accounts.roles import Role
from review import compositions as verbs
from review import dry_runs
from review.composition import Body
from review.models import Composition, DryRun
from review.models.composition import COMPOSITION_NAME_LENGTH
from review.models.release import VERSION_LENGTH


class CompositionSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=COMPOSITION_NAME_LENGTH)
    body: Any = serializers.JSONField(help_text="What it leaves out has its default.")
    updated_at = serializers.DateTimeField(read_only=True)


class DryRunSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    job = serializers.IntegerField(source="job_id")
    state = serializers.CharField(source="job.state")
    result: Any = serializers.JSONField(allow_null=True)


class WantedReleaseSerializer(serializers.Serializer[Any]):
    summary = serializers.CharField(max_length=200)
    version = serializers.CharField(max_length=VERSION_LENGTH, default="", allow_blank=True)


class FreezeJobSerializer(serializers.Serializer[Any]):
    job = serializers.IntegerField()


@extend_schema(methods=["GET"], responses=CompositionSerializer(many=True))
@extend_schema(
    methods=["POST"], request=CompositionSerializer, responses={201: CompositionSerializer}
)
@api_view(["GET", "POST"])
def compositions(request: Request, slug: str) -> Response:
    """GET: the compositions. POST: a new one, or the one of this name changed."""
    project = project_for(request, slug, Role.LEAD)
    if request.method == "GET":
        return Response(CompositionSerializer(project.compositions.all(), many=True).data)
    form = CompositionSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    name, body = form.validated_data["name"], Body.from_json(form.validated_data["body"])
    at = project.compositions.filter(name=name).first()
    saved = verbs.save(project, person(request), name, body, at)
    return Response(CompositionSerializer(saved).data, status.HTTP_201_CREATED)


@extend_schema(methods=["GET"], responses=DryRunSerializer(many=True))
@extend_schema(methods=["POST"], request=None, responses={202: DryRunSerializer})
@api_view(["GET", "POST"])
def try_composition(request: Request, slug: str, pk: int) -> Response:
    """GET: its dry runs, the latest first. POST: start one (a job: ask for it until it is done)."""
    project = project_for(request, slug, Role.LEAD)
    composition = get_object_or_404(Composition, project=project, pk=pk)
    if request.method == "POST":
        run = dry_runs.ask_for(composition, person(request))
        return Response(DryRunSerializer(run).data, status.HTTP_202_ACCEPTED)
    runs = DryRun.objects.filter(composition=composition).select_related("job")
    return Response(DryRunSerializer(runs, many=True).data)


@extend_schema(request=WantedReleaseSerializer, responses={202: FreezeJobSerializer})
@api_view(["POST"])
def freeze_composition(request: Request, slug: str, pk: int) -> Response:
    """Freeze what it selects into a release (a job: ask for it until it is done)."""
    project = project_for(request, slug, Role.LEAD)
    composition = get_object_or_404(Composition, project=project, pk=pk)
    form = WantedReleaseSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    job = verbs.freeze(composition, person(request), **form.validated_data)
    return Response({"job": job.pk}, status.HTTP_202_ACCEPTED)
