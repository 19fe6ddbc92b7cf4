"""The API of masking: put placeholders in the place of personal data, and take them back."""

from typing import Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import masking
from annotation.access import project_for
from annotation.api_prefilter import RestoredSerializer
from annotation.api_sources import JobSerializer
from annotation.models import Pair, Project
from cqia.accounts import http
from cqia.accounts.models import User
from cqia.accounts.roles import Role

MOST = 1000  # pairs that one request masks at the most


class MaskSerializer(serializers.Serializer[Any]):
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        min_length=1,
        max_length=MOST,
        help_text="Ids of pairs; those that people are at, and those without personal data, stay.",
    )


class MaskedSerializer(serializers.Serializer[Any]):
    masked = serializers.ListField(child=serializers.IntegerField())


def _project(request: Request, slug: str) -> Project:
    return project_for(cast(http.Request, request), slug, Role.LEAD)


def _user(request: Request) -> User:
    return cast(User, request.user)


@extend_schema(request=MaskSerializer, responses=MaskedSerializer)
@api_view(["POST"])
def mask(request: Request, slug: str) -> Response:
    """Mask personal data in these pairs, measure them anew and let the lines decide."""
    project = _project(request, slug)
    form = MaskSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    done = masking.mask_chosen(project, form.validated_data["ids"], _user(request))
    return Response(MaskedSerializer({"masked": done}).data)


@extend_schema(request=None, responses={202: JobSerializer})
@api_view(["POST"])
def mask_all(request: Request, slug: str) -> Response:
    """Start a job that masks all pairs beyond the line of the check for personal data."""
    job = masking.start(_project(request, slug), _user(request))
    return Response(JobSerializer(job).data, status=202)


@extend_schema(request=None, responses=RestoredSerializer)
@api_view(["POST"])
def undo(request: Request, slug: str, pk: int) -> Response:
    """Put the texts of a pair back as they were; 409 where somebody is at work on it."""
    project = _project(request, slug)
    pair = get_object_or_404(Pair, project=project, pk=pk)
    masking.undo(pair, _user(request))
    pair.refresh_from_db()
    return Response(RestoredSerializer(pair).data)
