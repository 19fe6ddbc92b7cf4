"""Prompt sets: brought in, drawn from held-out data, looked at."""

from typing import Any

from django import forms as django_forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from annotation.access import project_for
from annotation.models import Project
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib import charts
from cqia.lib.chart_response import respond
from cqia.lib.errors import CqiaError
from evaluation import coverage, forms, held_out, prompts
from evaluation.models import Answer, Upload

PROMPTS_A_PAGE = 20
UPLOADS_SHOWN = 6
READ = "evaluation.read_upload"


@login_required
@require_GET
def prompt_sets(request: Request, slug: str) -> HttpResponse:
    return _page(request, project_for(request, slug, Role.LEAD))


def _page(
    request: Request, project: Project, status: int = 200, **bound: django_forms.Form
) -> HttpResponse:
    """The sets, with the form that was filled in wrongly in place of an empty one."""
    fields = held_out.fields(project)
    context: dict[str, Any] = {
        "room": "evaluate",
        "tab": "prompts",
        "sets": coverage.sets_of(project),
        "fields": fields,
        "uploads": uploads_of(project, Upload.Kind.PROMPTS),
        "jobs": project.jobs.live().filter(task=READ).order_by("pk"),
        "prompts_form": forms.PromptsForm(auto_id="prompts_%s"),
        "draw_form": forms.DrawForm(fields, auto_id="draw_%s"),
        **bound,
    }
    return render(request, "evaluation/prompt_sets.html", context, status=status)


def uploads_of(project: Project, kind: Upload.Kind) -> Any:
    """The latest files that were brought in, with their jobs."""
    uploads = Upload.objects.filter(prompt_set__project=project, kind=kind)
    return uploads.select_related("prompt_set", "job")[:UPLOADS_SHOWN]


@login_required
@require_GET
def prompt_set(request: Request, slug: str, pk: int) -> HttpResponse:
    """The prompts of a set, of one category with ?category=, and what each model answered."""
    project = project_for(request, slug, Role.LEAD)
    shown = get_object_or_404(project.prompt_sets, pk=pk)
    answers = Answer.objects.select_related("model").order_by("model__name", "sample")
    prompts_shown = shown.prompts.prefetch_related(Prefetch("answers", answers)).order_by("pk")
    kinds = coverage.categories(shown)
    category = request.GET.get("category")
    if category is not None:
        prompts_shown = prompts_shown.filter(category=category)
    context = {
        "room": "evaluate",
        "prompt_set": shown,
        "categories": kinds,
        "category": category,
        "total": sum(count for _name, count in kinds),
        "coverage": coverage.of_set(shown),
        "page": Paginator(prompts_shown, PROMPTS_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "evaluation/prompt_set.html", context)


@login_required
@require_GET
def categories_chart(request: Request, slug: str, pk: int, form: str) -> HttpResponse:
    """How many prompts each category has, as svg, png or csv."""
    project = project_for(request, slug, Role.LEAD)
    shown = get_object_or_404(project.prompt_sets, pk=pk)
    rows = [(name or _("none"), float(count)) for name, count in coverage.categories(shown)]
    if not rows:
        raise Http404
    title = _("Prompts by category")
    return respond(request, charts.bars(rows, title=title, axis=_("prompts")), form)


@login_required
@require_POST
def import_prompts(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = forms.PromptsForm(request.POST, request.FILES, auto_id="prompts_%s")
    if form.is_valid():
        try:
            name, file = form.cleaned_data["name"], form.cleaned_data["file"]
            prompts.begin(project, name, file, request.user)
            return redirect("evaluation:prompt-sets", slug)
        except CqiaError as error:
            form.add_error("file", str(error))
    return _page(request, project, 400, prompts_form=form)


@login_required
@require_POST
def draw_prompts(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = forms.DrawForm(held_out.fields(project), request.POST, auto_id="draw_%s")
    if form.is_valid():
        try:
            drawn = held_out.draw(project, form.draw(), request.user)
            return redirect("evaluation:prompt-set", slug, drawn.pk)
        except CqiaError as error:
            form.add_error(None, str(error))
    return _page(request, project, 400, draw_form=form)
