"""The API of rankings: what the pages of a closed campaign show, and its bundle."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation import bundling
from evaluation.access import campaign_to_read
from evaluation.standings import standings


class TallySerializer(serializers.Serializer[Any]):
    win = serializers.IntegerField()
    tie = serializers.IntegerField()
    lose = serializers.IntegerField()
    both_bad = serializers.IntegerField()
    better_or_equal = serializers.FloatField()


class AdjustedSerializer(serializers.Serializer[Any]):
    """A place once length, Markdown, side and voter have effects of their own."""

    rank = serializers.IntegerField()
    rank_low = serializers.IntegerField()
    rank_high = serializers.IntegerField()
    rating = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class RatingBoundsSerializer(serializers.Serializer[Any]):
    """Of the rating, by 200 bootstrap samples of prompts."""

    low = serializers.FloatField()
    high = serializers.FloatField()


class RankSerializer(serializers.Serializer[Any]):
    model = serializers.CharField(source="rating.model")
    rank = serializers.IntegerField(source="rating.rank")
    rank_low = serializers.IntegerField(source="rating.rank_low")
    rank_high = serializers.IntegerField(source="rating.rank_high")
    rating = serializers.FloatField(source="rating.rating")
    low = serializers.FloatField(source="rating.low")
    high = serializers.FloatField(source="rating.high")
    bootstrap = RatingBoundsSerializer(source="drawn", allow_null=True)
    group = serializers.IntegerField(source="rating.group")
    votes = serializers.IntegerField(source="rating.votes")
    evaluators = serializers.IntegerField()
    adjusted = AdjustedSerializer(allow_null=True)
    tally = TallySerializer(allow_null=True)


@extend_schema(responses=RankSerializer(many=True))
@api_view(["GET"])
def ranking(request: Request, slug: str, pk: int) -> Response:
    """The ranking of a closed campaign, the best first; of one category with ?category=."""
    campaign = campaign_to_read(request, slug, pk)
    found = standings(campaign, request.GET.get("category", ""))
    return Response(RankSerializer(found.rows, many=True).data)


@extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
@api_view(["GET"])
def bundle(request: Request, slug: str, pk: int) -> HttpResponse:
    """The votes of a closed campaign, without voters' names, and all that `cqia rank` needs."""
    campaign = campaign_to_read(request, slug, pk)
    return HttpResponse(bundling.bundle_of(campaign), content_type="application/zip")
