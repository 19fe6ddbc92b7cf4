"""The API of models and their answers: enter, change, generate, see what failed."""

from dataclasses import asdict
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import project_for
from annotation.api_sources import JobSerializer
from annotation.models import Project
from cqia.accounts.http import person
from cqia.accounts.models import User
from cqia.accounts.roles import Role
from evaluation import generation, versions
from evaluation.forms import ModelForm
from evaluation.models import AnswerFailure, ModelVersion

FAILURES_SHOWN = 500
"""The latest failures that one answer lists; a default of this project."""


class ModelVersionSerializer(serializers.ModelSerializer[ModelVersion]):
    release = serializers.SlugRelatedField[Any](slug_field="number", read_only=True)
    endpoint = serializers.SlugRelatedField[Any](slug_field="name", read_only=True)
    trained_by = serializers.SlugRelatedField[Any](slug_field="username", many=True, read_only=True)

    class Meta:
        model = ModelVersion
        fields = [
            "id", "name", "base", "training_run", "release", "endpoint", "trained_by", "notes",
            "settings", "created_at",
        ]  # fmt: skip


class NewModelSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120, required=False)
    base = serializers.CharField(max_length=120, required=False, allow_blank=True)
    training_run = serializers.CharField(max_length=200, required=False, allow_blank=True)
    release = serializers.IntegerField(required=False, allow_null=True, help_text="its number")
    endpoint = serializers.CharField(required=False, allow_null=True, help_text="its name")
    trained_by = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="user names; nobody rates their own",
    )
    notes = serializers.CharField(required=False, allow_blank=True)


class GenerateSerializer(serializers.Serializer[Any]):
    prompt_set = serializers.IntegerField()
    samples = serializers.IntegerField(
        min_value=1, max_value=generation.SAMPLES_LIMIT, required=False
    )
    temperature = serializers.FloatField(min_value=0, max_value=2, required=False)
    max_tokens = serializers.IntegerField(min_value=1, max_value=32_768, required=False)
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)


class FailureSerializer(serializers.ModelSerializer[AnswerFailure]):
    prompt_set = serializers.CharField(source="prompt.prompt_set.name")
    prompt = serializers.CharField(source="prompt.key")
    message = serializers.CharField()

    class Meta:
        model = AnswerFailure
        fields = ["prompt_set", "prompt", "sample", "code", "message", "tries", "at"]


@extend_schema(methods=["GET"], responses=ModelVersionSerializer(many=True))
@extend_schema(
    methods=["POST"], request=NewModelSerializer, responses={201: ModelVersionSerializer}
)
@api_view(["GET", "POST"])
def models(request: Request, slug: str) -> Response:
    """GET: the models, by name. POST: enter one."""
    project = project_for(request, slug, Role.LEAD)
    if request.method == "GET":
        every = project.model_versions.select_related("release", "endpoint")
        every = every.prefetch_related("trained_by").order_by("name")
        return Response(ModelVersionSerializer(every, many=True).data)
    saved = _saved(request, ModelVersion(project=project))
    return Response(ModelVersionSerializer(saved).data, status=201)


@extend_schema(methods=["GET"], responses=ModelVersionSerializer)
@extend_schema(methods=["PATCH"], request=NewModelSerializer, responses=ModelVersionSerializer)
@api_view(["GET", "PATCH"])
def model(request: Request, slug: str, pk: int) -> Response:
    """GET: what is known of a model. PATCH: change it; a name that a campaign shows stays."""
    project = project_for(request, slug, Role.LEAD)
    shown = get_object_or_404(project.model_versions, pk=pk)
    if request.method == "PATCH":
        shown = _saved(request, shown)
    return Response(ModelVersionSerializer(shown).data)


@extend_schema(request=GenerateSerializer, responses={202: JobSerializer})
@api_view(["POST"])
def generate(request: Request, slug: str, pk: int) -> Response:
    """Ask for the answers that are missing; settings that are not given are as they were last."""
    project = project_for(request, slug, Role.LEAD)
    asked = get_object_or_404(project.model_versions.select_related("endpoint"), pk=pk)
    form = GenerateSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    given = dict(form.validated_data)
    prompt_set = get_object_or_404(project.prompt_sets, pk=given.pop("prompt_set"))
    settings = generation.Settings(**{**asdict(generation.settings_of(asked)), **given})
    job = generation.start(asked, prompt_set, settings, person(request))
    return Response(JobSerializer(job).data, status=202)


@extend_schema(responses=FailureSerializer(many=True))
@api_view(["GET"])
def failures(request: Request, slug: str, pk: int) -> Response:
    """The answers of a model that were asked for and have not come, the latest first."""
    project = project_for(request, slug, Role.LEAD)
    shown = get_object_or_404(project.model_versions, pk=pk)
    found = shown.failures.select_related("prompt__prompt_set").order_by("-at", "pk")
    return Response(FailureSerializer(found[:FAILURES_SHOWN], many=True).data)


def _saved(request: Request, model: ModelVersion) -> ModelVersion:
    """The model with what was given, by the page's own form; faults come back by field."""
    given = NewModelSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    form = ModelForm(model, {**_as_it_is(model), **_by_id(model.project, given.validated_data)})
    if not form.is_valid():
        raise serializers.ValidationError(
            {name: [str(each) for each in errors] for name, errors in form.errors.items()}
        )
    return versions.save(form.instance, form.cleaned_data["trained_by"], person(request))


def _as_it_is(model: ModelVersion) -> dict[str, Any]:
    plain = {name: getattr(model, name) for name in ("name", "base", "training_run", "notes")}
    people = list(model.trained_by.values_list("pk", flat=True)) if model.pk else []
    return {
        **plain,
        "release": model.release_id,
        "endpoint": model.endpoint_id,
        "trained_by": people,
    }


def _by_id(project: Project, given: dict[str, Any]) -> dict[str, Any]:
    """The form knows releases, endpoints and people by id; what is unknown becomes 0, and a fault."""
    found = dict(given)
    if given.get("release") is not None:
        release = project.releases.filter(number=given["release"]).first()
        found["release"] = release.pk if release else 0
    if given.get("endpoint") is not None:
        endpoint = project.endpoints.filter(name=given["endpoint"]).first()
        found["endpoint"] = endpoint.pk if endpoint else 0
    if "trained_by" in given:
        people = dict(
            User.objects.filter(username__in=given["trained_by"]).values_list("username", "pk")
        )
        found["trained_by"] = [people.get(name, 0) for name in given["trained_by"]]
    return found
