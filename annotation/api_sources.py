"""The API of imports and jobs: the same verbs as the pages."""

from pathlib import Path
from typing import Any, cast

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import floors, jobs, terms, uploads
from annotation.access import project_for
from annotation.models import Batch, ImportIssue, Job, Project, Source
from annotation.models.source import LICENCE_LENGTH, MOST_FLOOR, NAME_LENGTH
from annotation.sources.recipes import RECIPES
from cqia.accounts import http
from cqia.accounts.roles import Role


class JobSerializer(serializers.ModelSerializer[Job]):
    message = serializers.CharField(help_text="Why it failed or waits; empty where it does not.")

    class Meta:
        model = Job
        fields = ["id", "task", "state", "done", "total", "message", "created_at", "finished_at"]


class ImportSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True)
    source = serializers.CharField(  # type: ignore[assignment]  # Field.source is of another meaning
        max_length=NAME_LENGTH, help_text="New, or one that exists."
    )
    recipe = serializers.ChoiceField(
        choices=[(recipe.id, recipe.id) for recipe in RECIPES],
        default="",
        help_text="Needed for a new source.",
    )
    licence = serializers.CharField(max_length=LICENCE_LENGTH, default="", allow_blank=True)
    floor = serializers.IntegerField(
        min_value=0,
        max_value=MOST_FLOOR,
        default=None,
        allow_null=True,
        help_text="Least characters of an answer; null: what the recipe asks.",
    )


class FloorSerializer(serializers.Serializer[Any]):
    floor = serializers.IntegerField(min_value=0, max_value=MOST_FLOOR, allow_null=True)


class TermsSerializer(serializers.ModelSerializer[Source]):
    class Meta:
        model = Source
        fields = ["licence", "licence_kind", "consent", "output_terms", "terms_url"]


class SourceSerializer(serializers.ModelSerializer[Source]):
    class Meta:
        model = Source
        fields = ["id", "name", "recipe", "answer_floor", *TermsSerializer.Meta.fields]


class BatchSerializer(serializers.ModelSerializer[Batch]):
    source = serializers.CharField(source="source.name")  # type: ignore[assignment]
    refused = serializers.IntegerField()
    noted = serializers.IntegerField(help_text="Lines taken with a remark.")
    job = JobSerializer(allow_null=True)

    class Meta:
        model = Batch
        fields = [
            "id", "source", "filename", "sha256", "size", "kind", "encoding",
            "added", "already_here", "refused", "noted", "created_at", "job",
        ]  # fmt: skip


class TakenSerializer(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=[outcome.value for outcome in uploads.Outcome])
    message = serializers.CharField()
    batch = BatchSerializer()


class IssueSerializer(serializers.ModelSerializer[ImportIssue]):
    message = serializers.CharField()

    class Meta:
        model = ImportIssue
        fields = ["line", "field", "code", "message", "refused", "raw"]


class IssuePages(CursorPagination):
    ordering = ("line", "id")
    page_size = 100


def _project(request: Request, slug: str) -> Project:
    return project_for(cast(http.Request, request), slug, Role.LEAD)


def _batches(project: Project) -> QuerySet[Batch]:
    batches = Batch.objects.with_figures().filter(source__project=project)
    return batches.select_related("source", "job")


@extend_schema(request={"multipart/form-data": ImportSerializer}, responses={201: TakenSerializer})
@api_view(["POST"])
@parser_classes([MultiPartParser])
def import_file(request: Request, slug: str) -> Response:
    """Import a JSONL, JSON or CSV file. 201 for a new batch, 200 where the file is known."""
    project = _project(request, slug)
    form = ImportSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    data = form.validated_data
    file = cast(TemporaryUploadedFile, data["file"])
    wanted = uploads.Wanted(data["source"], data["recipe"], data["licence"], data["floor"])
    path = Path(file.temporary_file_path())
    taken = uploads.take(project, wanted, path, file.name or "", cast(Any, request.user))
    batch = _batches(project).get(pk=taken.batch.pk)
    answer = {"outcome": taken.outcome, "message": uploads.said(taken), "batch": batch}
    status = 201 if taken.outcome == uploads.Outcome.NEW else 200
    return Response(TakenSerializer(answer).data, status=status)


@extend_schema(responses=BatchSerializer)
@api_view(["GET"])
def batch(request: Request, slug: str, pk: int) -> Response:
    """A batch with its counts and its job."""
    project = _project(request, slug)
    return Response(BatchSerializer(get_object_or_404(_batches(project), pk=pk)).data)


@extend_schema(responses=IssueSerializer(many=True))
@api_view(["GET"])
def issues(request: Request, slug: str, pk: int) -> Response:
    """The lines of a batch that were refused, or taken with a remark, page by page."""
    shown = get_object_or_404(_batches(_project(request, slug)), pk=pk)
    pages = IssuePages()
    page = pages.paginate_queryset(shown.issues.all(), request)
    return pages.get_paginated_response(IssueSerializer(page or [], many=True).data)


@extend_schema(request=FloorSerializer, responses=FloorSerializer)
@api_view(["POST"])
def set_floor(request: Request, slug: str, pk: int) -> Response:
    """Ask another length of a source's answers; its project is measured anew where that changes."""
    source = get_object_or_404(Source, project=_project(request, slug), pk=pk)
    form = FloorSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    floors.set_floor(source, form.validated_data["floor"], cast(Any, request.user))
    return Response(form.data)


@extend_schema(responses=SourceSerializer(many=True))
@api_view(["GET"])
def sources(request: Request, slug: str) -> Response:
    """The sources, each with its terms."""
    found = _project(request, slug).sources.order_by("name")
    return Response(SourceSerializer(found, many=True).data)


@extend_schema(request=TermsSerializer, responses=SourceSerializer)
@api_view(["POST"])
def set_terms(request: Request, slug: str, pk: int) -> Response:
    """Say what may be done with a source's rows; what is left out stays. Later releases go by it."""
    source = get_object_or_404(Source, project=_project(request, slug), pk=pk)
    form = TermsSerializer(source, data=request.data, partial=True)
    form.is_valid(raise_exception=True)
    stated = {**TermsSerializer(source).data, **form.validated_data}
    terms.set_terms(source, terms.Terms(**stated), cast(Any, request.user))
    source.refresh_from_db()
    return Response(SourceSerializer(source).data)


@extend_schema(responses=JobSerializer)
@api_view(["GET"])
def job(request: Request, slug: str, pk: int) -> Response:
    """How far a job is."""
    shown = get_object_or_404(Job, project=_project(request, slug), pk=pk)
    return Response(JobSerializer(shown).data)


@extend_schema(request=None, responses=JobSerializer)
@api_view(["POST"])
def cancel_job(request: Request, slug: str, pk: int) -> Response:
    """Ask a job to stop; what it has done stays."""
    shown = get_object_or_404(Job, project=_project(request, slug), pk=pk)
    jobs.cancel(shown)
    shown.refresh_from_db()
    return Response(JobSerializer(shown).data)
