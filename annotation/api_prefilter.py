"""The API of the pre-filter: run it, restore what it dropped."""

from typing import Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import jobs, judge, prefilter
from annotation.access import project_for
from annotation.api_sources import JobSerializer
from annotation.models import Pair, Project, Source
from cqia.accounts import http
from cqia.accounts.models import User
from cqia.accounts.roles import Role


class ScopeSerializer(serializers.Serializer[Any]):
    source = serializers.IntegerField(  # type: ignore[assignment]
        allow_null=True, default=None, help_text="Id of a source."
    )
    limit = serializers.IntegerField(allow_null=True, default=None, min_value=1)


class RestoredSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    state = serializers.CharField()


def _project(request: Request, slug: str) -> Project:
    return project_for(cast(http.Request, request), slug, Role.LEAD)


def _user(request: Request) -> User:
    return cast(User, request.user)


@extend_schema(request=None, responses={202: JobSerializer})
@api_view(["POST"])
def run_prefilter(request: Request, slug: str) -> Response:
    """Start a job that checks every pair not checked yet."""
    project = _project(request, slug)
    job = jobs.start("annotation.run_prefilter", project, _user(request))
    return Response(JobSerializer(job).data, status=202)


@extend_schema(request=ScopeSerializer, responses={202: JobSerializer})
@api_view(["POST"])
def run_judge(request: Request, slug: str) -> Response:
    """Start a job that has the model judge score what waits for the checks or for annotators."""
    project = _project(request, slug)
    form = ScopeSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    source, limit = form.validated_data["source"], form.validated_data["limit"]
    if source is not None:
        get_object_or_404(Source, project=project, pk=source)
    job = judge.start(project, _user(request), source, limit)
    return Response(JobSerializer(job).data, status=202)


@extend_schema(request=None, responses=RestoredSerializer)
@api_view(["POST"])
def restore_pair(request: Request, slug: str, pk: int) -> Response:
    """Overrule the drop of a pair, for good; 409 where it is not dropped."""
    project = _project(request, slug)
    pair = get_object_or_404(Pair, project=project, pk=pk)
    prefilter.restore_one(pair, _user(request))
    pair.refresh_from_db()
    return Response(RestoredSerializer(pair).data)
