"""The API of the learned model: its versions with their figures, training, the order of the queue."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import quality, quality_page, queue_order
from annotation.access import project_for
from annotation.api_sources import JobSerializer
from annotation.models import QueueOrder
from annotation.quality_scores import CHANCES
from cqia.accounts import http
from cqia.accounts.roles import Role


class ModelSerializer(serializers.Serializer[Any]):
    """One training. `reports` holds what cross-validation found of each chance that it learned."""

    version = serializers.IntegerField(source="model.version")
    trained_at = serializers.DateTimeField(source="model.trained_at")
    decisions = serializers.IntegerField(source="model.decisions")
    last_annotation = serializers.IntegerField(source="model.last_annotation")
    last_transition = serializers.IntegerField(source="model.last_transition")
    reports = serializers.SerializerMethodField()

    def get_reports(self, version: quality_page.Version) -> dict[str, Any]:
        named = zip(CHANCES, version.reports, strict=True)
        return {check_id: report for check_id, report in named if report is not None}


class OrderSerializer(serializers.Serializer[Any]):
    order = serializers.ChoiceField(choices=QueueOrder.choices)


@extend_schema(methods=["GET"], responses=ModelSerializer(many=True))
@extend_schema(methods=["POST"], request=None, responses={202: JobSerializer})
@api_view(["GET", "POST"])
def models(request: Request, slug: str) -> Response:
    """All versions, the newest first; a POST trains the next."""
    project = project_for(cast(http.Request, request), slug, Role.LEAD)
    if request.method == "GET":
        return Response(ModelSerializer(quality_page.versions(project), many=True).data)
    job = quality.start(project, http.person(request))
    return Response(JobSerializer(job).data, status=202)


@extend_schema(request=OrderSerializer, responses=OrderSerializer)
@api_view(["GET", "PUT"])
def order(request: Request, slug: str) -> Response:
    """In which order annotators get the waiting pairs; a PUT puts them in another."""
    project = project_for(cast(http.Request, request), slug, Role.LEAD)
    if request.method == "PUT":
        asked = OrderSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        queue_order.set_order(project, http.person(request), asked.validated_data["order"])
    return Response({"order": project.queue_order})
