"""The API of the gate: examine, read the report, let through; and the licence table."""

from dataclasses import asdict
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import project_for
from annotation.models import Pair, Project, Source
from annotation.models.source import KIND_LENGTH
from cqia.accounts.http import person
from cqia.accounts.roles import Role
from review import examining, licence_table
from review.gate_rules import RULE_OF
from review.licence_table import PARTS, USES, VERDICTS
from review.models import Composition, GateProblem, GateReport

_VERDICT = [(verdict, verdict) for verdict in VERDICTS]


class ProblemSerializer(serializers.ModelSerializer[GateProblem]):
    source = serializers.CharField(source="source.name", default=None)  # type: ignore[assignment]

    class Meta:
        model = GateProblem
        fields = ["id", "rule", "level", "subject", "source", "count", "waived"]


class ReportSerializer(serializers.ModelSerializer[GateReport]):
    problems = ProblemSerializer(many=True)

    class Meta:
        model = GateReport
        fields = ["id", "use", "table", "rows", "passed", "figures", "sources", "at", "problems"]


class GateJobSerializer(serializers.Serializer[Any]):
    job = serializers.IntegerField()


class GateWaiverSerializer(serializers.Serializer[Any]):
    """One row by `pair`, a source by its name, or else every row with this subject."""

    rule = serializers.ChoiceField(choices=[(rule, rule) for rule in RULE_OF])
    subject = serializers.CharField(max_length=200, default="", allow_blank=True)
    use = serializers.ChoiceField(choices=[(use, use) for use in USES])
    reason = serializers.CharField(max_length=examining.REASON_LENGTH)
    source = serializers.CharField(default="")  # type: ignore[assignment]
    pair = serializers.IntegerField(default=None, allow_null=True)


class RowSerializer(serializers.Serializer[Any]):
    part = serializers.ChoiceField(choices=[(part, part) for part in PARTS])
    key = serializers.CharField(max_length=KIND_LENGTH)
    name = serializers.CharField(max_length=200, default="", allow_blank=True)
    research = serializers.ChoiceField(choices=_VERDICT)
    commercial = serializers.ChoiceField(choices=_VERDICT)
    open = serializers.ChoiceField(choices=_VERDICT)
    group = serializers.CharField(max_length=40, default="", allow_blank=True)
    notice = serializers.CharField(max_length=400, default="", allow_blank=True)


class TableSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(read_only=True)
    note = serializers.CharField(max_length=200, default="", allow_blank=True, write_only=True)
    rows = RowSerializer(many=True)


def _composition(project: Project, pk: int) -> Composition | None:
    return get_object_or_404(Composition, project=project, pk=pk) if pk else None


@extend_schema(methods=["GET"], responses=ReportSerializer)
@extend_schema(methods=["POST"], request=None, responses={202: GateJobSerializer})
@api_view(["GET", "POST"])
def gate(request: Request, slug: str, pk: int) -> Response:
    """GET: what the gate last found of a composition (0: everything approved). POST: examine it."""
    project = project_for(request, slug, Role.LEAD)
    composition = _composition(project, pk)
    if request.method == "POST":
        job = examining.ask_for(project, person(request), composition)
        return Response({"job": job.pk}, status.HTTP_202_ACCEPTED)
    report = examining.latest(project, composition)
    if report is None:
        return Response(status=status.HTTP_404_NOT_FOUND)
    return Response(ReportSerializer(report).data)


@extend_schema(request=GateWaiverSerializer, responses={201: GateWaiverSerializer})
@api_view(["POST"])
def waive(request: Request, slug: str) -> Response:
    """Let a row, a source or all of a subject through the gate, by name and reason."""
    project = project_for(request, slug, Role.LEAD)
    form = GateWaiverSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    told = dict(form.validated_data)
    name, pk = told.pop("source"), told.pop("pair")
    source = get_object_or_404(Source, project=project, name=name) if name else None
    pair = get_object_or_404(Pair, project=project, pk=pk) if pk else None
    wanted = examining.Wanted(**told, source=source, pair=pair)
    examining.waive(project, person(request), [wanted])
    return Response(form.data, status.HTTP_201_CREATED)


@extend_schema(methods=["GET"], responses=TableSerializer)
@extend_schema(methods=["POST"], request=TableSerializer, responses={201: TableSerializer})
@api_view(["GET", "POST"])
def licences(request: Request, slug: str) -> Response:
    """GET: the licence table in force. POST: its next version, whole."""
    project = project_for(request, slug, Role.LEAD)
    if request.method == "GET":
        return Response(asdict(licence_table.in_force(project)))
    form = TableSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    rows = [licence_table.Row(**row) for row in form.validated_data["rows"]]
    saved = licence_table.save(project, person(request), rows, form.validated_data["note"])
    return Response(asdict(saved), status.HTTP_201_CREATED)
