"""The API of judges: ask one about a closed campaign, and read how it compares with people."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from cqia.accounts.http import person
from cqia.lib.errors import CqiaError
from evaluation import judge_report, judging
from evaluation.access import campaign_of_lead
from evaluation.judge_asking import RULES_LIMIT
from evaluation.models import Campaign, JudgeRun


class ShareSerializer(serializers.Serializer[Any]):
    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    total = serializers.IntegerField()


class AgreementSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="the category; empty for all")
    same = ShareSerializer()
    kappa = serializers.FloatField(allow_null=True)


class OddsSerializer(serializers.Serializer[Any]):
    """The odds that an answer twice as long wins; null where they have no estimate."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    total = serializers.IntegerField()


class BiasesSerializer(serializers.Serializer[Any]):
    consistent = ShareSerializer()
    first_place = ShareSerializer()
    longer = ShareSerializer()
    longer_people = ShareSerializer()
    longer_tied = ShareSerializer()
    odds = OddsSerializer(allow_null=True)
    odds_people = OddsSerializer(allow_null=True)


class FavourSerializer(serializers.Serializer[Any]):
    model = serializers.CharField()
    judge = ShareSerializer()
    people = ShareSerializer()
    difference = serializers.FloatField()


class JudgeFailureSerializer(serializers.Serializer[Any]):
    """What the judge was asked and did not say."""

    question_id = serializers.CharField(source="prompt.key")
    place = serializers.CharField(help_text="comparison and order, or answer")
    message = serializers.CharField()
    tries = serializers.IntegerField()


class JudgeSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="run.pk")
    judge = serializers.CharField(source="run.judge")
    method = serializers.CharField(source="run.method", help_text="pair or score")
    state = serializers.CharField(source="run.job.state")
    wanted = serializers.IntegerField(
        help_text="two verdicts for each comparison, or a score for each answer"
    )
    given = serializers.IntegerField()
    whole = AgreementSerializer()
    categories = AgreementSerializer(many=True)
    biases = BiasesSerializer()
    favours = FavourSerializer(many=True)
    own = serializers.ListField(
        child=serializers.CharField(), help_text="models that the judge is, or of its base"
    )
    failures = JudgeFailureSerializer(many=True)


class NewJudgeSerializer(serializers.Serializer[Any]):
    endpoint = serializers.CharField(help_text="its name")
    method = serializers.ChoiceField(JudgeRun.Method.choices, default=JudgeRun.Method.PAIR)
    rules = serializers.DictField(
        child=serializers.CharField(max_length=RULES_LIMIT),
        default=dict,
        help_text="what is asked in each category; “” for those not named",
    )


@extend_schema(methods=["GET"], responses=JudgeSerializer(many=True))
@extend_schema(methods=["POST"], request=NewJudgeSerializer, responses={202: JudgeSerializer})
@api_view(["GET", "POST"])
def judges(request: Request, slug: str, pk: int) -> Response:
    """GET: the judges of a closed campaign beside its people. POST: ask one."""
    campaign = campaign_of_lead(request, slug, pk)
    if request.method == "GET":
        if campaign.state != Campaign.State.CLOSED:
            raise CqiaError("campaign_open")
        runs = campaign.judge_runs.select_related("job", "campaign")
        return Response(JudgeSerializer(map(judge_report.report_of, runs), many=True).data)
    form = NewJudgeSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    given = form.validated_data
    endpoint = campaign.project.endpoints.filter(name=given["endpoint"]).first()
    if endpoint is None:
        raise CqiaError("judge_gone", {"judge": given["endpoint"]})
    run = judging.begin(campaign, endpoint, given["rules"], person(request), method=given["method"])
    return Response(JudgeSerializer(judge_report.report_of(run)).data, status=202)
