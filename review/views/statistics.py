from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.chart_response import respond
from review.access import led_release, readable, release_for
from review.statistics import FIGURES, charts, counting
from review.statistics.comparison import beside
from review.statistics.sides import choices, other_side, side_of


@login_required
@require_GET
def statistics(request: Request, slug: str, number: int) -> HttpResponse:
    """The figures of a release; ?with= names another release, or the published figures."""
    release = release_for(request, slug, number)
    others, asked = (
        readable(request.user, release.project, request.roles),
        request.GET.get("with", ""),
    )
    this, other = side_of(release), other_side(asked, others)
    context = {
        "room": "releases",
        "release": release,
        "figures": this.figures if this else None,
        "parts": charts.parts(this) if this else [],
        "this": this,
        "other": other,
        "beside": beside(this.known, other.known) if this and other else [],
        "choices": choices(release, others),
        "asked": asked,
        "counted": FIGURES,
        "jobs": release.project.jobs.live().filter(task=counting.TASK),
        "leads": Role.LEAD in request.roles,
    }
    return render(request, "review/statistics.html", context)


@login_required
@require_GET
def chart(request: Request, slug: str, number: int, name: str, form: str) -> HttpResponse:
    """One plot of the page, as svg, png or csv; ?with= lays it beside another release."""
    release = release_for(request, slug, number)
    other = other_side(
        request.GET.get("with", ""), readable(request.user, release.project, request.roles)
    )
    this = side_of(release)
    drawn = charts.draw(name, this, other) if this else None
    if drawn is None:
        raise Http404
    return respond(request, drawn, form)


@login_required
@require_POST
def count(request: Request, slug: str, number: int) -> HttpResponse:
    counting.start(led_release(request, slug, number), request.user)
    return redirect("review:statistics", slug, number)
