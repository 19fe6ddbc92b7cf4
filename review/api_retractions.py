"""The API of withdrawing: what was withdrawn, and withdrawing more."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import project_for
from cqia.accounts.http import person
from cqia.accounts.roles import Role
from review import retractions as verbs
from review.models import Retraction
from review.retraction_forms import FORMS, What
from review.retraction_search import Hit, record_of


class NewRetractionSerializer(serializers.Serializer[Any]):
    what = serializers.ChoiceField(choices=What.choices)
    pair = serializers.ListField(child=serializers.IntegerField(), required=False)
    source: Any = serializers.IntegerField(required=False, help_text="Number of a source.")
    person = serializers.IntegerField(required=False, help_text="Number of a person.")
    decided = serializers.BooleanField(required=False)
    kind = serializers.ChoiceField(choices=Retraction.Kind.choices)
    reason = serializers.CharField(max_length=4000)
    dated = serializers.DateField(required=False)


class HitSerializer(serializers.Serializer[Any]):
    release = serializers.CharField(source="withdrawal.release.version")
    rows = serializers.IntegerField(source="withdrawal.rows")
    models = serializers.SerializerMethodField(help_text="Names of the models made from it.")
    patch = serializers.CharField(source="patch.version", default=None, allow_null=True)

    def get_models(self, hit: Hit) -> list[str]:
        return [model.name for model in hit.withdrawal.release.model_versions.all()]


class RetractionSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="retraction.pk")
    what = serializers.CharField(source="retraction.what")
    kind = serializers.CharField(source="retraction.kind")
    reason = serializers.CharField(source="retraction.reason")
    dated = serializers.DateField(source="retraction.dated")
    job = serializers.IntegerField(source="retraction.job_id")
    pairs = serializers.IntegerField()
    hits = HitSerializer(many=True)


@extend_schema(methods=["GET"], responses=RetractionSerializer(many=True))
@extend_schema(
    methods=["POST"], request=NewRetractionSerializer, responses={202: RetractionSerializer}
)
@api_view(["GET", "POST"])
def retractions(request: Request, slug: str) -> Response:
    """GET: what was withdrawn, and the releases that held it. POST: withdraw (a job)."""
    project = project_for(request, slug, Role.LEAD)
    if request.method == "GET":
        return Response(RetractionSerializer(record_of(project), many=True).data)
    given = NewRetractionSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    form = FORMS[given.validated_data["what"]](project, given.validated_data)
    if not form.is_valid():
        raise serializers.ValidationError(
            {name: [str(one) for one in faults] for name, faults in form.errors.items()}
        )
    data = given.validated_data
    why = verbs.Why(data["kind"], data["reason"], data.get("dated"))
    made = verbs.withdraw(project, person(request), form.target(), why)
    [shown] = record_of(project, made)
    return Response(RetractionSerializer(shown).data, status.HTTP_202_ACCEPTED)


@extend_schema(responses=RetractionSerializer)
@api_view(["GET"])
def retraction(request: Request, slug: str, pk: int) -> Response:
    """One retraction: what it hit, and which releases stand in for those."""
    project = project_for(request, slug, Role.LEAD)
    [shown] = record_of(project, get_object_or_404(Retraction, project=project, pk=pk))
    return Response(RetractionSerializer(shown).data)
