from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from annotation import overlap
from annotation.access import project_for
from annotation.models import Project
from annotation.thresholds import lines_of
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.chart_response import respond


@login_required
@require_GET
def overlaps(request: Request, slug: str) -> HttpResponse:
    """Which checks drop the same pairs: those that are on, or with ?all=1 those that warn as well."""
    project = project_for(request, slug, Role.LEAD)
    context = {
        "room": "prefilter",
        "overlaps": _found(request, project),
        "everything": "all" in request.GET,
    }
    return render(request, "annotation/overlap.html", context)


@login_required
@require_GET
def overlap_chart(request: Request, slug: str, form: str) -> HttpResponse:
    """The overlap as a heat map, as svg, png or csv."""
    project = project_for(request, slug, Role.LEAD)
    return respond(request, overlap.chart(_found(request, project)), form)


def _found(request: Request, project: Project) -> list[overlap.Overlap]:
    lines = [line for line in lines_of(project) if line.enabled or "all" in request.GET]
    return overlap.overlaps(project, lines)
