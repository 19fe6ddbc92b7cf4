from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation.access import project_for
from annotation.models import Pair, Project, State
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.chart_response import respond
from cqia.lib.errors import CqiaError
from review import figures
from review import releases as freezing
from review.access import release_for
from review.exports import EXPORTERS
from review.forms import FreezeForm


@login_required
@require_GET
def releases(request: Request, slug: str) -> HttpResponse:
    return _list(request, project_for(request, slug, Role.LEAD), FreezeForm())


@login_required
@require_POST
def freeze(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = FreezeForm(request.POST)
    if form.is_valid():
        try:
            freezing.ask_for(project, request.user, form.cleaned_data["summary"])
            return redirect("review:releases", slug)
        except CqiaError as error:
            form.add_error(None, str(error))
    return _list(request, project, form, status=400)


def _list(request: Request, project: Project, form: FreezeForm, status: int = 200) -> HttpResponse:
    context = {
        "room": "releases",
        "form": form,
        "releases": figures.with_rows(project.releases.select_related("created_by")),
        "approved": Pair.objects.filter(project=project, state=State.APPROVED).count(),
        "jobs": project.jobs.live().filter(task=freezing.TASK),
    }
    return render(request, "review/releases.html", context, status=status)


@login_required
@require_GET
def release(request: Request, slug: str, number: int) -> HttpResponse:
    shown = release_for(request, slug, number)
    context = {
        "room": "releases",
        "release": shown,
        "figures": figures.figures(shown),
        "formats": [(exporter, shown.files.filter(exporter=exporter.id)) for exporter in EXPORTERS],
        "job": shown.job,
    }
    return render(request, "review/release.html", context)


@login_required
@require_GET
def mix_chart(request: Request, slug: str, number: int, form: str) -> HttpResponse:
    """The mix of a release by source, in rows and in characters, as svg, png or csv."""
    shown = release_for(request, slug, number)
    return respond(request, figures.mix_chart(shown), form)
