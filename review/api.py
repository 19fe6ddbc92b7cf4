"""The API of reviews and releases: the same verbs as the pages."""

from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import project_for
from annotation.models import Pair
from cqia.accounts.http import person
from cqia.accounts.roles import Role
from review import decisions, serving
from review import releases as freezing
from review.access import release_for
from review.models import Release, ReleaseFile, Review


class VerdictSerializer(serializers.Serializer[Any]):
    verb = serializers.ChoiceField(choices=Review.Verb.choices)
    text = serializers.CharField(required=False, default="", trim_whitespace=False)
    remark = serializers.CharField(required=False, default="", allow_blank=True)
    annotation_id = serializers.IntegerField(required=False, default=None, allow_null=True)


class ReviewSerializer(serializers.ModelSerializer[Review]):
    class Meta:
        model = Review
        fields = ["id", "pair", "verb", "response", "remark", "created_at"]


class SummarySerializer(serializers.Serializer[Any]):
    summary = serializers.CharField(max_length=200)


class FreezingSerializer(serializers.Serializer[Any]):
    job = serializers.IntegerField()


class FileSerializer(serializers.ModelSerializer[ReleaseFile]):
    class Meta:
        model = ReleaseFile
        fields = ["filename", "format", "config", "split", "rows", "size", "sha256"]


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    files = FileSerializer(many=True)

    class Meta:
        model = Release
        fields = ["number", "version", "summary", "rows", "root", "created_at", "files"]


@extend_schema(request=VerdictSerializer, responses={201: ReviewSerializer})
@api_view(["POST"])
def review_pair(request: Request, slug: str, pk: int) -> Response:
    """Approve, fix, send back or reject an annotated pair; 409 where somebody was faster."""
    project = project_for(request, slug, Role.REVIEWER)
    pair = get_object_or_404(Pair, project=project, pk=pk)
    form = VerdictSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    data = {**form.validated_data, "verb": Review.Verb(form.validated_data["verb"])}
    review = decisions.decide(person(request), pair, decisions.Verdict(**data))
    return Response(ReviewSerializer(review).data, status.HTTP_201_CREATED)


@extend_schema(methods=["GET"], responses=ReleaseSerializer(many=True))
@extend_schema(methods=["POST"], request=SummarySerializer, responses={202: FreezingSerializer})
@api_view(["GET", "POST"])
def releases(request: Request, slug: str) -> Response:
    """List the releases, or freeze everything approved (a job: ask for it until it is done)."""
    project = project_for(request, slug, Role.LEAD)
    if request.method == "GET":
        every = project.releases.prefetch_related("files")
        return Response(ReleaseSerializer(every, many=True).data)
    form = SummarySerializer(data=request.data)
    form.is_valid(raise_exception=True)
    job = freezing.ask_for(project, person(request), form.validated_data["summary"])
    return Response({"job": job.pk}, status.HTTP_202_ACCEPTED)


@extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
@api_view(["GET", "HEAD"])
def release_file(request: Request, slug: str, number: int, filename: str) -> HttpResponseBase:
    """Download one file of a release, whole or a range of it; of a withdrawn one only with `why`."""
    return serving.served(request, release_for(request, slug, number), filename)
