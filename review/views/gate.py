"""The gate of a composition: what holds its release back, and letting it through by name and reason."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from annotation.access import project_for
from annotation.models import Pair, Project
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError
from review import examining, gate_page
from review.access import led_release
from review.models import Composition, GateProblem, GateReport, GateWaiver


def _composition(project: Project, pk: int) -> Composition | None:
    """None for 0: everything approved."""
    return get_object_or_404(Composition, project=project, pk=pk) if pk else None


@login_required
@require_GET
def gate(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    composition = _composition(project, pk)
    report = examining.latest(project, composition)
    job = project.jobs.filter(task=examining.TASK, params__composition=pk or None).last()
    context = {
        "room": "releases",
        "pk": pk,
        "composition": composition,
        "job": job if job and (job.is_live or job.state == job.State.FAILED) else None,
        **_shown(report),
    }
    return render(request, "review/gate.html", context)


@login_required
@require_GET
def release_gate(request: Request, slug: str, number: int) -> HttpResponse:
    """What the gate found when a release was frozen."""
    release = led_release(request, slug, number)
    report = get_object_or_404(GateReport.objects.select_related("by"), release=release)
    context = {"room": "releases", "release": release, **_shown(report)}
    return render(request, "review/release_gate.html", context)


def _shown(report: GateReport | None) -> dict[str, object]:
    if report is None:
        return {"report": None}
    return {
        "report": report,
        "use": gate_page.use_of(report),
        "problems": gate_page.problems_of(report),
        "waivers": gate_page.waivers_of(report),
        "sources": gate_page.sources_of(report),
    }


@login_required
@require_POST
def examine(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    examining.ask_for(project, request.user, _composition(project, pk))
    return redirect("review:gate", slug, pk)


@login_required
@require_POST
def waive(request: Request, slug: str, pk: int) -> HttpResponse:
    """Let through the ticked rows, the source or the whole subject of a problem, and look again."""
    project = project_for(request, slug, Role.LEAD)
    problems = GateProblem.objects.select_related("report__composition", "source")
    problem = get_object_or_404(problems, report__project=project, report__release=None, pk=pk)
    wanted = _wanted(request, project, problem)
    if not wanted:
        messages.error(request, _("Tick the rows to be let through."))
    try:
        examining.waive(project, request.user, wanted)
    except CqiaError as error:
        messages.error(request, str(error))
    else:
        examining.ask_for(project, request.user, problem.report.composition)
    return redirect("review:gate", slug, problem.report.composition_id or 0)


def _wanted(request: Request, project: Project, problem: GateProblem) -> list[examining.Wanted]:
    told = (problem.rule, problem.subject, problem.report.use, request.POST.get("reason", ""))
    scope = request.POST.get("scope", "rows")
    if scope == "subject":
        return [examining.Wanted(*told)]
    if scope == "source":
        return [examining.Wanted(*told, source=problem.source)]
    ids = [int(pk) for pk in request.POST.getlist("pair") if pk.isdecimal() and len(pk) < 19]
    pairs = Pair.objects.filter(project=project, pk__in=ids).order_by("pk")
    return [examining.Wanted(*told, pair=pair) for pair in pairs]


@login_required
@require_POST
def end_waiver(request: Request, slug: str, pk: int, number: int) -> HttpResponse:
    """Take a waiver back, and look at this composition again."""
    project = project_for(request, slug, Role.LEAD)
    composition = _composition(project, pk)
    waivers = GateWaiver.objects.select_related("source")
    examining.end(get_object_or_404(waivers, project=project, pk=number), request.user)
    examining.ask_for(project, request.user, composition)
    return redirect("review:gate", slug, pk)


@login_required
@require_GET
def problem_rows(request: Request, slug: str, pk: int) -> StreamingHttpResponse:
    """Every row of a problem as CSV."""
    project = project_for(request, slug, Role.LEAD)
    problem = get_object_or_404(GateProblem.objects.only("rule"), report__project=project, pk=pk)
    response = StreamingHttpResponse(
        gate_page.csv_of(problem), content_type="text/csv; charset=utf-8"
    )
    name = f"{slug}-gate-{problem.rule}-{problem.pk}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
