"""The API of second thoughts, and of the form that decisions are made by."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import desk_forms, mending
from annotation.access import project_for
from annotation.api_annotate import (
    DecisionSerializer,
    NextSerializer,
    decision_of,
    next_of,
    seat,
    valid,
)
from annotation.models import Mode


class ChoiceSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    zh = serializers.CharField()
    en = serializers.CharField()
    hint = serializers.CharField()


class CriterionSerializer(ChoiceSerializer):
    low = serializers.IntegerField()
    high = serializers.IntegerField()
    line = serializers.IntegerField(allow_null=True, help_text="Below it: must be rewritten.")


class ConditionSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="“verb”, or the key of a field above.")
    values = serializers.ListField(child=serializers.CharField())


class FieldSerializer(ChoiceSerializer):
    kind = serializers.ChoiceField(choices=[kind.value for kind in desk_forms.Kind])
    options = ChoiceSerializer(many=True)
    required = serializers.BooleanField()  # type: ignore[assignment]
    when = ConditionSerializer(allow_null=True)


class FormSerializer(serializers.Serializer[Any]):
    """What annotators may say of a pair, at one version."""

    version = serializers.IntegerField(help_text="0: the form that comes with CQIA.")
    mode = serializers.ChoiceField(choices=Mode.choices)
    reasons = ChoiceSerializer(many=True)
    tags = ChoiceSerializer(many=True)
    criteria = CriterionSerializer(many=True)
    fields = FieldSerializer(many=True)  # type: ignore[assignment]


class UndoSerializer(serializers.Serializer[Any]):
    claim = serializers.IntegerField(default=None, allow_null=True, help_text="null: the last one.")


class MendedSerializer(serializers.Serializer[Any]):
    annotation = serializers.IntegerField()


@extend_schema(responses=FormSerializer)
@api_view(["GET"])
def form(request: Request, slug: str) -> Response:
    """The form in force."""
    return Response(FormSerializer(desk_forms.in_force(project_for(request, slug))).data)


@extend_schema(request=UndoSerializer, responses=NextSerializer)
@api_view(["POST"])
def undo(request: Request, slug: str) -> Response:
    """Take a submit of the last 30 seconds back; answers with its pair, and its text as the draft."""
    user, project = seat(request, slug)
    mending.undo(user, project, valid(UndoSerializer(data=request.data))["claim"])
    return next_of(user, project)


@extend_schema(request=DecisionSerializer, responses={201: MendedSerializer})
@api_view(["POST"])
def mend(request: Request, slug: str, pk: int) -> Response:
    """Decide anew on what one decided before; 409 where it was reviewed or mended since."""
    user, project = seat(request, slug)
    data = valid(DecisionSerializer(data=request.data))
    made = mending.mend(user, project, pk, decision_of(project, data))
    return Response({"annotation": made.pk}, status.HTTP_201_CREATED)
