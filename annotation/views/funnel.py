from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from annotation import funnel
from annotation.access import project_for
from annotation.models import Project
from annotation.prefilter_forms import FunnelForm
from annotation.thresholds import lines_of
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.chart_response import respond


@login_required
@require_GET
def whole_funnel(request: Request, slug: str) -> HttpResponse:
    """What has become of all pairs, by source, check or band of a check's scores."""
    project = project_for(request, slug, Role.LEAD)
    form = FunnelForm(project, request.GET)
    context = {"room": "prefilter", "form": form, "funnel": _asked(project, form)}
    return render(request, "annotation/funnel.html", context)


@login_required
@require_GET
def whole_funnel_chart(request: Request, slug: str, form: str) -> HttpResponse:
    """The same as stacked bars, as svg, png or csv."""
    project = project_for(request, slug, Role.LEAD)
    return respond(request, funnel.chart(_asked(project, FunnelForm(project, request.GET))), form)


def _asked(project: Project, form: FunnelForm) -> funnel.Funnel:
    chosen = form.cleaned_data if form.is_valid() else {}
    if chosen.get("check"):
        [line] = [one for one in lines_of(project) if one.check.id == chosen["check"]]
        return funnel.by_band(project, line, chosen["source"])
    if chosen.get("by") == "check":
        return funnel.by_check(project)
    return funnel.by_source(project)
