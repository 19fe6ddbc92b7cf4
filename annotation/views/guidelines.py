"""The guideline: the latest version, each earlier one, and what changed."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation import guidelines
from annotation.access import project_for
from annotation.models import Guideline, Project
from cqia.accounts.http import Request


@login_required
@require_GET
def guideline(request: Request, slug: str) -> HttpResponse:
    """The latest version: beside the workbench, or as a page."""
    project = project_for(request, slug)
    latest = project.guidelines.order_by("-version").first()
    if request.htmx:
        return render(request, "annotation/_guideline.html", {"guideline": latest})
    return _page(request, project, latest)


@login_required
@require_GET
def version(request: Request, slug: str, number: int) -> HttpResponse:
    """One version, and what it changed since ?since=, else since the one before."""
    project = project_for(request, slug)
    return _page(request, project, get_object_or_404(project.guidelines, version=number))


@login_required
@require_POST
def seen(request: Request, slug: str, number: int) -> HttpResponse:
    """This version is announced no more to the person who asks."""
    project = project_for(request, slug)
    guidelines.see(request.user, get_object_or_404(project.guidelines, version=number))
    if request.htmx:
        return HttpResponse()
    return redirect("annotation:guideline-version", slug, number)


def _page(request: Request, project: Project, shown: Guideline | None) -> HttpResponse:
    since = request.GET.get("since", "")
    base = int(since) if since.isdecimal() and len(since) < 10 else None
    context = {
        "guideline": shown,
        "change": guidelines.change(shown, base) if shown else None,
        "versions": project.guidelines.select_related("author").order_by("-version"),
        "is_new": shown is not None and guidelines.seen_by(request.user, project) < shown.version,
        "room": "annotate",
    }
    return render(request, "annotation/guideline.html", context)
