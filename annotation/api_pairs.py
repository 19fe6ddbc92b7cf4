"""The API of pairs: list them, and look at one."""

from typing import Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import models
from annotation.access import project_for
from annotation.models.pair import PASSED
from cqia.accounts import http
from cqia.accounts.roles import Role


class PairAnswerSerializer(serializers.ModelSerializer[models.Response]):
    class Meta:
        model = models.Response
        fields = ["id", "text", "origin", "model", "parent", "position"]


class FindingSerializer(serializers.ModelSerializer[models.Finding]):
    class Meta:
        model = models.Finding
        fields = ["check_id", "version", "score", "evidence"]


class PairSerializer(serializers.ModelSerializer[models.Pair]):
    source = serializers.CharField(source="source.name")  # type: ignore[assignment]
    responses = PairAnswerSerializer(many=True)
    findings = FindingSerializer(many=True)

    class Meta:
        model = models.Pair
        fields = [
            "id", "state", "source", "batch", "line", "instruction", "input", "system", "history",
            "task_major", "task_minor", "domain", "metadata", "copyright", "created_at",
            "responses", "findings",
        ]  # fmt: skip


class PairFilters(serializers.Serializer[Any]):
    q = serializers.CharField(default="", allow_blank=True, max_length=100)
    state = serializers.ChoiceField(
        choices=[PASSED, *models.State.values], default="", allow_blank=True
    )
    source = serializers.IntegerField(default=None, allow_null=True)  # type: ignore[assignment]


class PairPages(CursorPagination):
    ordering = "-id"
    page_size = 100


def _project(request: Request, slug: str) -> models.Project:
    return project_for(cast(http.Request, request), slug, Role.LEAD)


@extend_schema(
    parameters=[
        OpenApiParameter("q", description="Words in the question."),
        OpenApiParameter("state", enum=[PASSED, *models.State.values]),
        OpenApiParameter("source", OpenApiTypes.INT, description="Id of a source."),
        OpenApiParameter("cursor", description="From `next` or `previous` of another page."),
    ],
    responses=PairSerializer(many=True),
)
@api_view(["GET"])
def pairs(request: Request, slug: str) -> Response:
    """All pairs with their answers and findings, newest first, 100 a page."""
    project = _project(request, slug)
    form = PairFilters(data=request.query_params)
    form.is_valid(raise_exception=True)
    wanted = dict(form.validated_data)
    if wanted["source"] is not None:
        wanted["source"] = get_object_or_404(models.Source, project=project, pk=wanted["source"])
    found = models.Pair.objects.filter(project=project).chosen(**wanted)
    pages = PairPages()
    page = pages.paginate_queryset(
        found.select_related("source").prefetch_related("responses", "findings"), request
    )
    return pages.get_paginated_response(PairSerializer(page or [], many=True).data)


@extend_schema(responses=PairSerializer)
@api_view(["GET"])
def pair(request: Request, slug: str, pk: int) -> Response:
    """One pair with its answers and findings."""
    shown = get_object_or_404(
        models.Pair.objects.select_related("source"), project=_project(request, slug), pk=pk
    )
    return Response(PairSerializer(shown).data)
