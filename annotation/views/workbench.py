"""The workbench: one pair after the other, each submit bringing the next."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import reswap, retarget

from annotation import decisions, desk, drafts, queue, skips
from annotation.access import project_for
from annotation.models import Annotation, Claim, Project
from annotation.views.decision_form import DecisionForm, WorkForm
from annotation.views.drafts import conflicting
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError


@login_required
@require_GET
def workbench(request: Request, slug: str) -> HttpResponse:
    """Claims the next pair; whoever holds one already gets that one again."""
    return _next(request, project_for(request, slug, Role.ANNOTATOR))


@login_required
@require_POST
def submit(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.ANNOTATOR)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _refused(request, project, form.sentences(), 400)
    try:
        decisions.submit(request.user, project, pk, form.decision(project))
    except drafts.Conflict as conflict:
        return conflicting(request, project, conflict)
    except CqiaError as error:
        return _refused(request, project, str(error), error.status)
    return _next(request, project)


@login_required
@require_POST
def save_draft(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.ANNOTATOR)
    claim = get_object_or_404(Claim.objects.of(project), pk=pk)
    form = WorkForm(request.POST)
    if not form.is_valid():
        return _refused(request, project, form.sentences(), 400)
    try:
        saved = drafts.save(request.user, project, claim, form.decision(project).edit)
    except drafts.Conflict as conflict:
        return conflicting(request, project, conflict)
    if not saved.held:
        return _lost(request, project)
    if not request.htmx:
        return redirect("annotation:workbench", slug)
    return _leased(request, project, claim, "annotation/_saved.html", revision=saved.revision)


@login_required
@require_POST
def skip(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.ANNOTATOR)
    claim = get_object_or_404(Claim.objects.of(project), pk=pk)
    if not skips.skip(claim, request.user, project) and claim.done_at is None:
        return _lost(request, project)
    return _next(request, project)


@login_required
@require_POST
def take_up(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.ANNOTATOR)
    skips.take_up(request.user, project)
    return _next(request, project)


@login_required
@require_POST
def renew(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.ANNOTATOR)
    claim = get_object_or_404(Claim.objects.of(project), pk=pk)
    if not queue.renew(claim, request.user, project):
        return _lost(request, project)
    return _leased(request, project, claim, "annotation/_lease.html")


def _next(request: Request, project: Project) -> HttpResponse:
    """The next pair, or why there is none: as the piece that htmx swaps in, else as the page."""
    if request.method == "POST" and not request.htmx:
        return redirect("annotation:workbench", project.slug)
    whole = "annotation/workbench.html" if request.method == "GET" else "annotation/_desk.html"
    return render(request, whole, _on_the_desk(request, project))


def _on_the_desk(request: Request, project: Project) -> dict[str, Any]:
    claim = queue.claim_next(request.user, project)
    if claim is None:
        nothing = desk.why_idle(request.user, project)
        today = desk.decided_today(request.user, project)
        return {"room": "annotate", "nothing": nothing, "today": today}
    work = desk.desk_of(claim, request.user)
    reasons = Annotation.Reason.choices
    return {"room": "annotate", "work": work, "today": work.today, "reasons": reasons}


def _leased(
    request: Request, project: Project, claim: Claim, piece: str, **more: Any
) -> HttpResponse:
    claim.refresh_from_db(fields=["held_until"])
    context = {"lease": desk.lease_of(claim), "slug": project.slug, "claim": claim.pk, **more}
    return render(request, piece, context)


def _lost(request: Request, project: Project) -> HttpResponse:
    error = decisions.LeaseLost()
    return _refused(request, project, str(error), error.status)


def _refused(request: Request, project: Project, said: str, status: int) -> HttpResponse:
    """What went wrong, above a page that keeps what was typed; without htmx the draft brings it back."""
    context = {"said": said, "lost": status == decisions.LeaseLost.status}
    if not request.htmx:
        context |= _on_the_desk(request, project)
        return render(request, "annotation/workbench.html", context, status=status)
    response = render(request, "annotation/_said.html", context, status=status)
    return retarget(reswap(response, "innerHTML"), "#said")
