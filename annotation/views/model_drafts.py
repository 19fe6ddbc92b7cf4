"""Flaw first: a model's draft is asked for, waited for, and taken into the editor."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from annotation import drafts, model_drafts
from annotation.access import project_for
from annotation.models import Claim, Draft, Project
from annotation.views.decision_form import WorkForm
from annotation.views.drafts import conflicting
from annotation.views.workbench import refused, seat
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def flaw(request: Request, slug: str, pk: int) -> HttpResponse:
    """Ask for a draft, or look how far it is; the piece asks again by itself until it is there."""
    if request.method == "POST":
        return _asked(request, seat(request, slug), pk)
    project = project_for(request, slug, Role.ANNOTATOR)
    claim = get_object_or_404(Claim.objects.of(project).filter(holder=request.user), pk=pk)
    return _state(request, project, claim)


def _asked(request: Request, project: Project, pk: int) -> HttpResponse:
    claim = get_object_or_404(Claim.objects.of(project), pk=pk)
    form = WorkForm(request.POST)
    if not request.htmx and form.is_valid():  # the page goes away, what was typed stays
        drafts.rescue(request.user, claim.pair_id, form.decision(project).edit)
    try:
        model_drafts.ask(request.user, project, pk, request.POST.get("flaw", ""))
    except CqiaError as error:
        return refused(request, project, str(error), error.status)
    if not request.htmx:
        return redirect("annotation:flaw", project.slug, pk)
    return _state(request, project, claim)


def _state(request: Request, project: Project, claim: Claim) -> HttpResponse:
    page = "annotation/_model_draft.html" if request.htmx else "annotation/model_draft.html"
    draft = model_drafts.latest(request.user, claim)
    context = {"room": "annotate", "draft": draft, "slug": project.slug, "claim": claim.pk}
    return render(request, page, context)


@login_required
@require_POST
def take(request: Request, slug: str, pk: int) -> HttpResponse:
    """Put the model's draft into the editor; the other fields stay as they were typed."""
    project = seat(request, slug)
    claim = get_object_or_404(Claim.objects.of(project).filter(holder=request.user), pk=pk)
    drafted = model_drafts.latest(request.user, claim)
    form = WorkForm(request.POST)
    if drafted is None or not drafted.text or not form.is_valid():
        return refused(request, project, form.sentences() or str(CqiaError("no_answer")), 400)
    edit = form.decision(project).edit
    fields = edit.fields if "text" in request.POST else _kept(request, claim)
    mended = {**fields, "text": drafted.text, "flaw": drafted.flaw}
    try:
        drafts.save(request.user, project, claim, replace(edit, fields=mended))
    except drafts.Conflict as conflict:
        return conflicting(request, project, conflict)
    if request.htmx:  # the page is read anew, with the draft in its editor
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect("annotation:workbench", slug)


def _kept(request: Request, claim: Claim) -> dict[str, Any]:
    """What was typed before the page without scripts went away."""
    draft = Draft.objects.filter(pair=claim.pair_id, author=request.user).first()
    return draft.fields if draft else {}
