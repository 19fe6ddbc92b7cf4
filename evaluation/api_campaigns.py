"""The API of campaigns: designed, opened, closed, and their committed assignment."""

from typing import Any

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import project_for
from annotation.models import Project
from cqia.accounts.http import person
from cqia.accounts.roles import Role
from evaluation import campaigns as polls
from evaluation import commitment, planning
from evaluation.access import campaign_of_lead, campaign_to_read
from evaluation.designs import EXTRA_LIMIT, Design, Plan
from evaluation.models import Campaign, ModelVersion
from evaluation.models.campaign import every_answer
from evaluation.progress import progress_of


class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    class Meta:
        model = Campaign
        fields = ["id", "name", "state", "opened_at", "closed_at", "commitment"]


class StoppingSerializer(serializers.Serializer[Any]):
    rule = serializers.ChoiceField(choices=["none", "anytime", "fixed"], default="none")
    alpha = serializers.FloatField(min_value=0.001, max_value=0.5, default=0.05)
    margin = serializers.FloatField(
        min_value=0.001,
        max_value=0.5,
        default=0.1,
        help_text="The least difference from a half, in the share of wins, that matters.",
    )
    futility = serializers.BooleanField(default=False)


class NewCampaignSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    prompt_set = serializers.CharField(help_text="its name")
    models = serializers.ListField(child=serializers.CharField(), help_text="their names")
    baseline = serializers.CharField(default="", allow_blank=True, help_text="a name, or nothing")
    design = serializers.ChoiceField(
        choices=Campaign.Design.choices,
        default="",
        help_text="Where not given: with a baseline each meets it, without one all meet all.",
    )
    votes_per_matchup = serializers.IntegerField(min_value=1, max_value=9, default=3)
    prompts = serializers.IntegerField(min_value=1, default=None, allow_null=True)
    seed = serializers.IntegerField(min_value=0, default=0)
    criteria = serializers.MultipleChoiceField(choices=Campaign.Criterion.choices, default=set)
    tags = serializers.ListField(child=serializers.CharField(max_length=20), default=list)
    allowed = serializers.MultipleChoiceField(
        choices=every_answer(), default=lambda: set(every_answer())
    )
    style = serializers.ChoiceField(  # type: ignore[assignment]  # Field.style is of another meaning
        choices=Campaign.Style.choices, default=Campaign.Style.MARKDOWN
    )
    naming = serializers.ChoiceField(choices=Campaign.Naming.choices, default=Campaign.Naming.MASK)
    min_seconds = serializers.FloatField(min_value=0, max_value=600, default=0)
    daily_cap = serializers.IntegerField(min_value=1, default=None, allow_null=True)
    attention = serializers.FloatField(min_value=0, max_value=EXTRA_LIMIT, default=0)
    repeats = serializers.FloatField(min_value=0, max_value=EXTRA_LIMIT, default=0)
    spares = serializers.IntegerField(min_value=0, max_value=9, default=1)
    stopping = StoppingSerializer(default=lambda: {"rule": "none"})
    guideline = serializers.CharField(default="", allow_blank=True)


class ProgressSerializer(serializers.Serializer[Any]):
    cast = serializers.IntegerField()
    asked = serializers.IntegerField()
    attention = serializers.IntegerField()
    repeats = serializers.IntegerField()
    skipped = serializers.IntegerField()
    lost = serializers.IntegerField(help_text="skipped, and no spare one was left")
    done_at = serializers.DateTimeField(allow_null=True, help_text="at the present pace")


@extend_schema(methods=["GET"], responses=CampaignSerializer(many=True))
@extend_schema(methods=["POST"], request=NewCampaignSerializer, responses={201: CampaignSerializer})
@api_view(["GET", "POST"])
def campaigns(request: Request, slug: str) -> Response:
    """The campaigns of a project, the latest first; or, for leads, a new one, open from then on."""
    if request.method == "GET":
        project = project_for(request, slug, Role.LEAD, Role.EVALUATOR)
        return Response(CampaignSerializer(project.campaigns.order_by("-pk"), many=True).data)
    project = project_for(request, slug, Role.LEAD)
    form = NewCampaignSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    given: dict[str, Any] = form.validated_data
    polls.check_words(project, given["name"], given["tags"], given["guideline"])
    plan = polls.plan(_design(project, given))
    campaign = polls.open_campaign(plan, given["name"], person(request), **_rules(given, plan))
    return Response(CampaignSerializer(campaign).data, status=status.HTTP_201_CREATED)


@extend_schema(responses=ProgressSerializer)
@api_view(["GET"])
def progress(request: Request, slug: str, pk: int) -> Response:
    """How far a campaign is, and when it will be done; for leads."""
    campaign = campaign_of_lead(request, slug, pk)
    return Response(ProgressSerializer(progress_of(campaign)).data)


@extend_schema(request=None, responses=CampaignSerializer)
@api_view(["POST"])
def close(request: Request, slug: str, pk: int) -> Response:
    """End the voting for good. Sent twice, it ends once."""
    campaign = campaign_of_lead(request, slug, pk)
    polls.close(campaign, person(request))
    campaign.refresh_from_db()
    return Response(CampaignSerializer(campaign).data)


@extend_schema(responses={(200, "application/jsonl"): OpenApiTypes.STR})
@api_view(["GET"])
def assignment(request: Request, slug: str, pk: int) -> StreamingHttpResponse:
    """The nonce and a line a ballot of a closed campaign, as they were committed at its start."""
    campaign = campaign_to_read(request, slug, pk)
    return StreamingHttpResponse(
        commitment.written(campaign), content_type="application/jsonl; charset=utf-8"
    )


def _design(project: Project, given: dict[str, Any]) -> Design:
    """The design that names stand for; 404 for a name that is none of the project's."""
    models = [_model(project, name) for name in dict.fromkeys(given["models"])]
    return Design(
        get_object_or_404(project.prompt_sets, name=given["prompt_set"]),
        models,
        _model(project, given["baseline"]) if given["baseline"] else None,
        kind=given["design"],
        **{name: given[name] for name in ("votes_per_matchup", "prompts", "seed", "naming")},
        **{name: given[name] for name in ("attention", "repeats", "spares")},
    )


def _model(project: Project, name: str) -> ModelVersion:
    found: ModelVersion = get_object_or_404(project.model_versions, name=name)
    return found


def _rules(given: dict[str, Any], plan: Plan) -> dict[str, Any]:
    """The fields of Campaign that say how people vote and when it ends."""
    rule = given["stopping"]
    wish = planning.Wish(effect=0.5 + rule.get("margin", 0.1), alpha=rule.get("alpha", 0.05))
    fields = ("tags", "style", "min_seconds", "daily_cap", "stopping", "guideline")
    return {
        **{name: given[name] for name in fields},
        "criteria": [each for each in Campaign.Criterion.values if each in given["criteria"]],
        "allowed": [each for each in every_answer() if each in given["allowed"]],
        "planned": planning.estimate(plan, wish).stored(),
    }
