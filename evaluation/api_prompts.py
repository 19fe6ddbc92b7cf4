"""The API of prompt sets: list, bring in, draw from held-out data, bring in answers."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import project_for
from annotation.api_sources import JobSerializer
from cqia.accounts.http import person
from cqia.accounts.roles import Role
from evaluation import coverage, held_out, prompts
from evaluation.models import PromptSet, Upload
from evaluation.prompt_records import NAME_LIMIT


class SetRowSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="prompt_set.pk")
    name = serializers.CharField(source="prompt_set.name")
    origin = serializers.JSONField(
        source="prompt_set.origin", help_text="Of one drawn from held-out data: from, seed, …"
    )
    prompts = serializers.IntegerField()
    categories = serializers.IntegerField()
    models = serializers.IntegerField(help_text="models that answered")


class CategorySerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    prompts = serializers.IntegerField()


class CoverageSerializer(serializers.Serializer[Any]):
    model = serializers.CharField(source="model.name")
    prompt_set = serializers.CharField(source="prompt_set.name")
    prompts = serializers.IntegerField()
    answered = serializers.IntegerField(help_text="prompts with an answer")
    answers = serializers.IntegerField(help_text="all samples")
    characters = serializers.IntegerField(help_text="mean length of an answer")
    cut_off = serializers.IntegerField(help_text="answers that the token limit cut off")
    failed = serializers.IntegerField()


class UploadSerializer(serializers.ModelSerializer[Upload]):
    refusals = serializers.SerializerMethodField()

    class Meta:
        model = Upload
        fields = ["id", "kind", "filename", "added", "already_here", "refused", "refusals"]

    def get_refusals(self, upload: Upload) -> list[dict[str, Any]]:
        return [{"line": line, "reason": str(reason)} for line, reason in upload.refusals()]


class PromptSetSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    origin: Any = serializers.JSONField()
    categories = CategorySerializer(many=True)
    coverage = CoverageSerializer(many=True)
    uploads = UploadSerializer(many=True)


class NewPromptsSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80, help_text="One that exists is added to.")
    file = serializers.FileField(allow_empty_file=True)


class NewAnswersSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True)
    model = serializers.CharField(
        max_length=NAME_LIMIT,
        default="",
        allow_blank=True,
        help_text="Whose the answers are where a row does not say so.",
    )


class DrawFieldSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field's own label is another
    rows = serializers.IntegerField()


class DrawSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    key = serializers.CharField(help_text="of a field that GET lists")
    size = serializers.IntegerField(min_value=1, max_value=held_out.DRAW_LIMIT)
    seed = serializers.IntegerField(min_value=0, default=0)


@extend_schema(methods=["GET"], responses=SetRowSerializer(many=True))
@extend_schema(
    methods=["POST"],
    request={"multipart/form-data": NewPromptsSerializer},
    responses={202: JobSerializer},
)
@api_view(["GET", "POST"])
@parser_classes([MultiPartParser])
def prompt_sets(request: Request, slug: str) -> Response:
    """GET: the prompt sets. POST: bring prompts into the set of this name."""
    project = project_for(request, slug, Role.LEAD)
    if request.method == "GET":
        return Response(SetRowSerializer(coverage.sets_of(project), many=True).data)
    form = NewPromptsSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    given = form.validated_data
    job = prompts.begin(project, given["name"], given["file"], person(request))
    return Response(JobSerializer(job).data, status=202)


@extend_schema(responses=PromptSetSerializer)
@api_view(["GET"])
def prompt_set(request: Request, slug: str, pk: int) -> Response:
    """Its categories, who has answered how much, and the files that were brought in."""
    project = project_for(request, slug, Role.LEAD)
    return Response(_told(get_object_or_404(project.prompt_sets, pk=pk)))


@extend_schema(
    request={"multipart/form-data": NewAnswersSerializer}, responses={202: JobSerializer}
)
@api_view(["POST"])
@parser_classes([MultiPartParser])
def import_answers(request: Request, slug: str, pk: int) -> Response:
    """Bring in answers to the prompts of this set; models that are new are made."""
    project = project_for(request, slug, Role.LEAD)
    shown = get_object_or_404(project.prompt_sets, pk=pk)
    form = NewAnswersSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    file, model = form.validated_data["file"], form.validated_data["model"]
    upload = prompts.keep(Upload.Kind.ANSWERS, shown, file, person(request), model)
    return Response(JobSerializer(prompts.start(upload)).data, status=202)


@extend_schema(methods=["GET"], responses=DrawFieldSerializer(many=True))
@extend_schema(methods=["POST"], request=DrawSerializer, responses={201: PromptSetSerializer})
@api_view(["GET", "POST"])
def held_out_fields(request: Request, slug: str) -> Response:
    """GET: where rows are held out. POST: draw a new prompt set from there."""
    project = project_for(request, slug, Role.LEAD)
    if request.method == "GET":
        return Response(DrawFieldSerializer(held_out.fields(project), many=True).data)
    form = DrawSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    drawn = held_out.draw(project, held_out.Draw(**form.validated_data), person(request))
    return Response(_told(drawn), status=201)


def _told(shown: PromptSet) -> Any:
    kinds = [{"name": name, "prompts": count} for name, count in coverage.categories(shown)]
    told = {
        "pk": shown.pk,
        "name": shown.name,
        "origin": shown.origin,
        "categories": kinds,
        "coverage": coverage.of_set(shown),
        "uploads": shown.uploads.all(),
    }
    return PromptSetSerializer(told).data
