"""Withdrawing: what was withdrawn so far, the preview of what it would hit, and the record of one."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from annotation.access import project_for
from annotation.models import Job, Project
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError
from review import retractions as verbs
from review import tombstones
from review.access import release_for
from review.models import RetractedPair, Retraction
from review.retraction_forms import FORMS, NAMED_BY, TargetForm, What, WhyForm
from review.retraction_search import effect_of, found_by, record_of

ROWS_SHOWN = 50  # of one retraction


@login_required
@require_GET
def retractions(request: Request, slug: str) -> HttpResponse:
    """What was withdrawn, the newest first, with the releases that held it."""
    project = project_for(request, slug, Role.LEAD)
    context = {"room": "releases", "retractions": record_of(project)}
    return render(request, "review/retractions.html", context)


@login_required
@require_GET
def retraction(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    [shown] = record_of(project, get_object_or_404(Retraction, project=project, pk=pk))
    jobs = project.jobs.filter(task=verbs.PATCH_TASK, params__retraction=pk)
    rows = RetractedPair.objects.filter(retraction=pk).select_related("pair__source")
    context = {
        "room": "releases",
        "shown": shown,
        "rows": rows.order_by("pair")[:ROWS_SHOWN],
        "jobs": jobs.exclude(state=Job.State.DONE).order_by("pk"),
    }
    return render(request, "review/retraction.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_retraction(request: Request, slug: str) -> HttpResponse:
    """GET: choose, and see what it would hit. POST: withdraw it."""
    project = project_for(request, slug, Role.LEAD)
    given = request.POST if request.method == "POST" else request.GET
    what = given.get("what", "")
    what = what if what in FORMS else What.ROW
    target = FORMS[what](project, given if NAMED_BY[what] in given else None)
    why = WhyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and target.is_valid() and why.is_valid():
        try:
            made = verbs.withdraw(project, request.user, target.target(), why.why())
            return redirect("review:retraction", slug, made.pk)
        except CqiaError as error:
            why.add_error(None, str(error))
    context: dict[str, Any] = {"room": "releases", "what": what, "whats": What.choices}
    context |= {"target": target, "why": why, **_preview(project, given, what, target)}
    status = 400 if request.method == "POST" else 200
    return render(request, "review/new_retraction.html", context, status=status)


def _preview(project: Project, given: QueryDict, what: str, target: TargetForm) -> dict[str, Any]:
    """What a search found, what the choice would hit, and the choice itself, to be sent again."""
    q = given.get("q", "").strip()
    return {
        "q": q,
        "found": found_by(project, q) if q and what == What.ROW else None,
        "effect": effect_of(project, target.target()) if target.is_valid() else None,
        "ticked": {int(pk) for pk in given.getlist("pair") if pk.isdecimal()},
        "carried": [(name, one) for name in target.fields for one in given.getlist(name)],
    }


@login_required
@require_safe
def tombstones_of(request: Request, slug: str, number: int) -> StreamingHttpResponse:
    """The rows withdrawn from this release and from those it patches, without their text."""
    release = release_for(request, slug, number)
    return StreamingHttpResponse(tombstones.text(release), content_type="application/json")
