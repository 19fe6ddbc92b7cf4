"""Sources and their batches: what came in, from where, and which lines could not be read."""

from pathlib import Path
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotation import floors, issue_table, terms, uploads
from annotation.access import project_for
from annotation.models import Batch, Project, Source
from annotation.sources.recipes import RECIPES, Refused
from annotation.views.import_form import FloorForm, ImportForm, TermsForm
from annotation.views.source_cards import cards_of
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError

_ISSUES_A_PAGE = 50


@login_required
@require_GET
def sources(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    context = {"room": "sources", "cards": cards_of(project), "kinds": terms.KINDS}
    return render(request, "annotation/sources.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def import_file(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    if request.method == "GET":
        return _import_page(request, ImportForm(project, initial=_initial(request)))
    form = ImportForm(project, request.POST, request.FILES)
    taken = _taken(request, project, form) if form.is_valid() else None
    if taken is None:
        return _import_page(request, form, status=400)
    messages.info(request, uploads.said(taken))
    return redirect("annotation:batch", slug, taken.batch.pk)


def _initial(request: Request) -> dict[str, str]:
    """A source that is named keeps its recipe; for a new one, the first is offered."""
    source = request.GET.get("source")
    return {"source": source} if source else {"recipe": RECIPES[0].id}


def _taken(request: Request, project: Project, form: ImportForm) -> uploads.Taken | None:
    file = cast(TemporaryUploadedFile, form.cleaned_data["file"])
    path = Path(file.temporary_file_path())
    try:
        return uploads.take(project, form.wanted(), path, file.name or "", request.user)
    except Refused as error:
        form.add_error(error.field, str(error))
    except CqiaError as error:
        form.add_error("file", str(error))
    return None


def _import_page(request: Request, form: ImportForm, status: int = 200) -> HttpResponse:
    context = {"room": "sources", "form": form, "recipes": RECIPES}
    return render(request, "annotation/import.html", context, status=status)


@login_required
@require_POST
def set_floor(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    source = get_object_or_404(Source, project=project, pk=pk)
    form = FloorForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["floor"])))
    elif floors.set_floor(source, form.cleaned_data["floor"], request.user):
        messages.success(request, _("Saved. The pre-filter measures the answers anew."))
    return redirect("annotation:sources", slug)


@login_required
@require_POST
def set_terms(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    source = get_object_or_404(Source, project=project, pk=pk)
    form = TermsForm(request.POST, instance=source)
    if not form.is_valid():
        for name, faults in form.errors.items():
            messages.error(request, f"{form.fields[name].label}: {' '.join(map(str, faults))}")
    elif terms.set_terms(source, form.terms(), request.user):
        messages.success(request, _("Saved. The next release goes by it."))
    return redirect("annotation:sources", slug)


def _batch_for(request: Request, slug: str, pk: int) -> Batch:
    project = project_for(request, slug, Role.LEAD)
    batches = Batch.objects.with_figures().select_related("source__project", "job", "created_by")
    return get_object_or_404(batches, source__project=project, pk=pk)


@login_required
@require_GET
def batch(request: Request, slug: str, pk: int) -> HttpResponse:
    shown = _batch_for(request, slug, pk)
    issues = Paginator(shown.issues.order_by("line", "id"), _ISSUES_A_PAGE)
    context = {
        "room": "sources",
        "batch": shown,
        "job": shown.job,
        "page": issues.get_page(request.GET.get("page")),
    }
    return render(request, "annotation/batch.html", context)


@login_required
@require_GET
def batch_issues(request: Request, slug: str, pk: int) -> StreamingHttpResponse:
    shown = _batch_for(request, slug, pk)
    response = StreamingHttpResponse(
        issue_table.csv_of(shown), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="issues-{shown.pk}.csv"'
    return response
