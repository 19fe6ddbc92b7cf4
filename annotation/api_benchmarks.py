"""The API of benchmarks: register one, see what it found, let a pair stay."""

from pathlib import Path
from typing import Any, cast

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import project_for
from annotation.api_sources import JobSerializer
from annotation.contamination import hits, registry, waivers
from annotation.models import Pair
from cqia.accounts.http import person
from cqia.accounts.roles import Role


class NewBenchmarkSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    file = serializers.FileField(allow_empty_file=True)


class BenchmarkSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="benchmark.pk")
    name = serializers.CharField(source="benchmark.name")
    ready = serializers.BooleanField(source="benchmark.ready")
    active = serializers.BooleanField(source="benchmark.active")
    items = serializers.IntegerField(source="benchmark.items_read")
    too_short = serializers.IntegerField(source="benchmark.too_short")
    refused = serializers.IntegerField(source="benchmark.refused")
    pairs_found = serializers.IntegerField(source="total")


class WaiverSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=400)


@extend_schema(
    methods=["GET"], responses=BenchmarkSerializer(many=True), operation_id="benchmarks_list"
)
@extend_schema(
    methods=["POST"],
    request={"multipart/form-data": NewBenchmarkSerializer},
    responses={202: JobSerializer},
    operation_id="benchmarks_register",
)
@api_view(["GET", "POST"])
@parser_classes([MultiPartParser])
def benchmarks(request: Request, slug: str) -> Response:
    """GET: the benchmarks with how many pairs hold one of their items. POST: register a file."""
    project = project_for(request, slug, Role.LEAD)
    if request.method == "GET":
        return Response(BenchmarkSerializer(hits.table(project).rows, many=True).data)
    form = NewBenchmarkSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    file = cast(TemporaryUploadedFile, form.validated_data["file"])
    path, name = Path(file.temporary_file_path()), form.validated_data["name"]
    job = registry.register(project, name, path, file.name or "", person(request))
    return Response(JobSerializer(job).data, status=202)


@extend_schema(request=WaiverSerializer, responses={201: WaiverSerializer})
@api_view(["POST"])
def waive(request: Request, slug: str, pk: int) -> Response:
    """Let a pair stay that a benchmark holds, for this reason."""
    project = project_for(request, slug, Role.LEAD)
    pair = get_object_or_404(Pair, project=project, pk=pk)
    form = WaiverSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    waiver = waivers.waive(project, pair, person(request), form.validated_data["reason"])
    return Response(WaiverSerializer(waiver).data, status=201)
