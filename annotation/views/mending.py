"""Second thoughts: the last decision taken back, an earlier one opened again and mended."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from annotation import desk, drafts, mending
from annotation.access import project_for
from annotation.models import Annotation, Project
from annotation.views.decision_form import DecisionForm
from annotation.views.drafts import conflicting
from annotation.views.workbench import next_desk, refused, seat
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError


@login_required
@require_POST
def undo(request: Request, slug: str) -> HttpResponse:
    """Take back the last decision, or the one in the slot `claim`; its pair is on the desk again."""
    project = seat(request, slug)
    said = request.POST.get("claim", "")
    claim = int(said) if said.isdecimal() and len(said) < 19 else None
    try:
        mending.undo(request.user, project, claim)
    except CqiaError as error:
        return refused(request, project, str(error), error.status)
    return next_desk(request, project)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def mend(request: Request, slug: str, pk: int) -> HttpResponse:
    """One of one's own decisions, opened again until it is reviewed."""
    if request.method == "POST":
        return _mended(request, seat(request, slug), pk)
    project = project_for(request, slug, Role.ANNOTATOR)
    annotation = _own(request, project, pk)
    if not mending.may_mend(annotation):
        messages.info(request, _("This decision has been reviewed or changed since."))
        return redirect("annotation:mine", slug)
    return _page(request, annotation)


def _mended(request: Request, project: Project, pk: int) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _refused(request, project, pk, form.sentences(), 400)
    try:
        mending.mend(request.user, project, pk, form.decision(project))
    except drafts.Conflict as conflict:
        return conflicting(request, project, conflict)
    except CqiaError as error:
        return _refused(request, project, pk, str(error), error.status)
    messages.success(request, _("Your decision is changed."))
    back = redirect("annotation:mine", project.slug)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": back.url})
    return back


def _refused(request: Request, project: Project, pk: int, said: str, status: int) -> HttpResponse:
    """Why not, above the same page; what was typed is there as the draft."""
    if request.htmx:
        return refused(request, project, said, status)
    return _page(request, _own(request, project, pk), status, said=said)


def _own(request: Request, project: Project, pk: int) -> Annotation:
    mine = Annotation.objects.select_related("claim", "response", "form")
    return get_object_or_404(mine, pk=pk, author=request.user, claim__project=project)


def _page(
    request: Request, annotation: Annotation, status: int = 200, **context: Any
) -> HttpResponse:
    work = desk.desk_of(annotation.claim, request.user, annotation)
    context |= {"room": "annotate", "work": work, "today": work.today}
    return render(request, "annotation/workbench.html", context, status=status)
