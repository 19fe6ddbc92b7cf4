"""Compositions: the list, the editor with its live count, dry runs, and freezing one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotation.access import project_for
from annotation.models import Project
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError
from review import compositions as verbs
from review import dry_runs
from review.composition import Body
from review.composition_forms import (
    CHECK_NAMES,
    UNIT_NAMES,
    CompositionForm,
    CompositionFreezeForm,
    fields_of,
    written_lines,
    written_parts,
)
from review.composition_look import estimated, look_at
from review.models import Composition, DryRun


@login_required
@require_GET
def compositions(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    every = project.compositions.select_related("created_by").prefetch_related("dry_runs__job")
    context = {"room": "releases", "compositions": every}
    return render(request, "review/compositions.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def composition(request: Request, slug: str, pk: int = 0) -> HttpResponse:
    """GET: the editor, of a new one where `pk` is 0. POST: save it."""
    project = project_for(request, slug, Role.LEAD)
    at = _at(project, pk)
    form = _form(request, project, at)
    body: Body | None = Body.from_json(at.body) if at else Body()
    if request.method == "POST":
        body = form.look()
        if body and form.is_valid() and (saved := _saved(request, project, form, body, at)):
            messages.success(request, _("Saved."))
            return redirect("review:composition", slug, saved.pk)
    return _editor(request, project, form, body, at)


@login_required
@require_POST
def composition_look(request: Request, slug: str, pk: int) -> HttpResponse:
    """What the form, as it stands, would select; nothing is saved."""
    project = project_for(request, slug, Role.LEAD)
    at = _at(project, pk)
    form = _form(request, project, at)
    return _editor(request, project, form, form.look(), at)


def _at(project: Project, pk: int) -> Composition | None:
    return get_object_or_404(Composition, project=project, pk=pk) if pk else None


def _form(request: Request, project: Project, at: Composition | None) -> CompositionForm:
    body = Body.from_json(at.body) if at else Body()
    initial = fields_of(body, at.name if at else "")
    return CompositionForm(project, request.POST or None, initial=initial)


def _saved(
    request: Request, project: Project, form: CompositionForm, body: Body, at: Composition | None
) -> Composition | None:
    try:
        return verbs.save(project, request.user, form.cleaned_data["name"], body, at)
    except CqiaError as error:
        form.add_error("name", str(error))
        return None


def _editor(
    request: Request,
    project: Project,
    form: CompositionForm,
    body: Body | None,
    at: Composition | None,
) -> HttpResponse:
    """The form with a glance at what it selects; only the glance where htmx asks.

    What was written stays as it was written, also where it is wrong.
    """
    by, unit = (str(form[name].value() or "") for name in ("by", "unit"))
    context = {
        "room": "releases",
        "form": form,
        "composition": at,
        "lines": [*(written_lines(request.POST) or (body.query.checks if body else ())), None],
        "written": written_parts(request.POST),
        "checks": CHECK_NAMES,
        "look": look_at(body, project, by, unit) if body else None,
        "by": by,
        "unit": UNIT_NAMES.get(unit),
        "estimated": estimated(body.mixture if body else None),
        "freezing": CompositionFreezeForm(auto_id="freeze_%s"),
    }
    if request.htmx:
        return render(request, "review/_composition_look.html", context)
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "review/composition.html", context, status=status)


@login_required
@require_POST
def try_composition(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    at = get_object_or_404(Composition, project=project, pk=pk)
    run = dry_runs.ask_for(at, request.user)
    return redirect("review:dry-run", slug, run.pk)


@login_required
@require_GET
def dry_run(request: Request, slug: str, pk: int) -> HttpResponse:
    """Every figure of what would be frozen."""
    project = project_for(request, slug, Role.LEAD)
    runs = DryRun.objects.select_related("composition", "job", "created_by")
    shown = get_object_or_404(runs, composition__project=project, pk=pk)
    return _dry_run(request, shown, CompositionFreezeForm())


def _dry_run(request: Request, shown: DryRun, form: CompositionFreezeForm) -> HttpResponse:
    result = shown.result or {}
    context = {
        "room": "releases",
        "shown": shown,
        "result": result,
        "unit": UNIT_NAMES.get(result.get("unit", "rows")),
        "changed": shown.composition.body != shown.body,
        "freezing": form,
    }
    status = 400 if form.is_bound else 200
    return render(request, "review/dry_run.html", context, status=status)


@login_required
@require_POST
def freeze_composition(request: Request, slug: str, pk: int) -> HttpResponse:
    """Freeze what was tried: the composition of a dry run, as it is now."""
    project = project_for(request, slug, Role.LEAD)
    at = get_object_or_404(Composition, project=project, pk=pk)
    form = CompositionFreezeForm(request.POST)
    if form.is_valid():
        try:
            verbs.freeze(at, request.user, **form.cleaned_data)
            return redirect("review:releases", slug)
        except CqiaError as error:
            form.add_error(None, str(error))
    shown = get_object_or_404(at.dry_runs.select_related("composition", "job")[:1])
    return _dry_run(request, shown, form)
