"""The API of publishing a release, and of trying the programs that will read it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from cqia.accounts.http import person
from review import publishing, rehearsing
from review.access import led_release
from review.models import Push, Rehearsal
from review.publishing_forms import REPOSITORY
from review.rehearsal import CONSUMERS


class NewPushSerializer(serializers.Serializer[Any]):
    repo = serializers.RegexField(REPOSITORY, max_length=96)
    private = serializers.BooleanField(default=True)


class PushSerializer(serializers.ModelSerializer[Push]):
    class Meta:
        model = Push
        fields = ["id", "endpoint", "repo", "private", "commit_url", "job", "created_at"]


class NewRehearsalSerializer(serializers.Serializer[Any]):
    consumers = serializers.MultipleChoiceField(
        choices=[(consumer.id, consumer.name) for consumer in CONSUMERS], allow_empty=False
    )
    tokenizer = serializers.CharField(default="", allow_blank=True)
    cut_off = serializers.IntegerField(min_value=16, default=rehearsing.CUT_OFF)
    rows = serializers.IntegerField(min_value=0, default=rehearsing.ROWS)


class RehearsalSerializer(serializers.ModelSerializer[Rehearsal]):
    class Meta:
        model = Rehearsal
        fields = ["id", "options", "results", "job", "created_at"]


@extend_schema(methods=["GET"], responses=PushSerializer(many=True))
@extend_schema(methods=["POST"], request=NewPushSerializer, responses={202: PushSerializer})
@api_view(["GET", "POST"])
def pushes(request: Request, slug: str, number: int) -> Response:
    """GET: where a release was published. POST: publish it on the project's endpoint (a job)."""
    release = led_release(request, slug, number)
    if request.method == "GET":
        return Response(PushSerializer(release.pushes.all(), many=True).data)
    given = NewPushSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    made = publishing.ask_for(release, person(request), **given.validated_data)
    return Response(PushSerializer(made).data, status.HTTP_202_ACCEPTED)


@extend_schema(methods=["GET"], responses=RehearsalSerializer(many=True))
@extend_schema(
    methods=["POST"], request=NewRehearsalSerializer, responses={202: RehearsalSerializer}
)
@api_view(["GET", "POST"])
def rehearsals(request: Request, slug: str, number: int) -> Response:
    """GET: what came of trying the readers of a release. POST: try them (a job)."""
    release = led_release(request, slug, number)
    if request.method == "GET":
        return Response(RehearsalSerializer(release.rehearsals.all(), many=True).data)
    given = NewRehearsalSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    options = {**given.validated_data, "consumers": sorted(given.validated_data["consumers"])}
    made = rehearsing.ask_for(release, person(request), options)
    return Response(RehearsalSerializer(made).data, status.HTTP_202_ACCEPTED)
