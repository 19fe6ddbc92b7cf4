"""The API of votes and rankings: the same verbs as the pages, and as blind."""

from typing import Any

from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from cqia.accounts.http import person
from evaluation import votes
from evaluation.access import campaign_to_vote_in
from evaluation.models import Ballot
from evaluation.own_progress import own_progress


class BallotSerializer(serializers.Serializer[Any]):
    ballot = serializers.CharField(source="token", help_text="to be sent back with the vote")
    question = serializers.CharField()
    left = serializers.CharField()
    right = serializers.CharField()


ANSWERS = [each for each in Ballot.Choice.choices if each[0] in votes.ANSWERS]


class VoteSerializer(serializers.Serializer[Any]):
    ballot = serializers.CharField()
    choice = serializers.ChoiceField(choices=ANSWERS)
    ratings = serializers.DictField(
        child=serializers.ChoiceField(choices=ANSWERS),
        default=dict,
        help_text="by criterion of the campaign; none must be given",
    )
    tags = serializers.ListField(
        child=serializers.CharField(), default=list, help_text="of the campaign's tags"
    )


class BallotSkipSerializer(serializers.Serializer[Any]):
    ballot = serializers.CharField()
    reason = serializers.ChoiceField(choices=Ballot.Reason.choices)


class BallotTokenSerializer(serializers.Serializer[Any]):
    ballot = serializers.CharField()


class QuestionsSerializer(serializers.Serializer[Any]):
    """What is asked about each comparison, and how far one is."""

    guideline = serializers.CharField(source="campaign.guideline")
    allowed = serializers.ListField(source="campaign.allowed", child=serializers.CharField())
    criteria = serializers.ListField(source="campaign.criteria", child=serializers.CharField())
    tags = serializers.ListField(source="campaign.tags", child=serializers.CharField())
    cast = serializers.IntegerField(source="progress.cast")
    left = serializers.IntegerField(source="progress.left")
    enough_for_today = serializers.BooleanField(source="progress.rest")


@never_cache
@extend_schema(responses={200: BallotSerializer, 204: None})
@api_view(["GET"])
def ballot(request: Request, slug: str, pk: int) -> Response:
    """The comparison you are on, or the next one; 204 where there is none for you."""
    campaign = campaign_to_vote_in(request, slug, pk)
    user = person(request)
    taken = votes.next_ballot(user, campaign)
    if taken is None:
        return Response(status=status.HTTP_204_NO_CONTENT)
    return Response(BallotSerializer(votes.show(taken, user)).data)


@extend_schema(request=VoteSerializer, responses={204: None})
@api_view(["POST"])
def vote(request: Request, slug: str, pk: int) -> Response:
    """Vote on your comparison. Sent twice it counts once; 409 where it is no longer yours."""
    campaign = campaign_to_vote_in(request, slug, pk)
    form = VoteSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    given = form.validated_data
    said = votes.Said(given["choice"], given["ratings"], given["tags"])
    votes.cast(person(request), campaign, given["ballot"], said)
    return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(request=BallotSkipSerializer, responses={204: None})
@api_view(["POST"])
def skip(request: Request, slug: str, pk: int) -> Response:
    """Be done with your comparison without a vote, and say why."""
    campaign = campaign_to_vote_in(request, slug, pk)
    form = BallotSkipSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    given = form.validated_data
    votes.skip(person(request), campaign, given["ballot"], given["reason"])
    return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(request=BallotTokenSerializer, responses={204: None})
@api_view(["POST"])
def undo(request: Request, slug: str, pk: int) -> Response:
    """Take your last vote or skip back, within ten seconds; you are on that comparison again."""
    campaign = campaign_to_vote_in(request, slug, pk)
    form = BallotTokenSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    votes.undo(person(request), campaign, form.validated_data["ballot"])
    return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(responses=QuestionsSerializer)
@api_view(["GET"])
def questions(request: Request, slug: str, pk: int) -> Response:
    """What the campaign asks about each comparison, and how many you have done."""
    campaign = campaign_to_vote_in(request, slug, pk)
    progress = own_progress(person(request), campaign)
    return Response(QuestionsSerializer({"campaign": campaign, "progress": progress}).data)
