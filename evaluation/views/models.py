"""Models and their answers: entered, brought in, generated, and asked again where they failed."""

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotation.access import project_for
from annotation.models import Project
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError
from evaluation import coverage, forms, generation, prompts, versions
from evaluation.models import AnswerFailure, ModelVersion, Upload
from evaluation.views.prompts import READ, uploads_of

FAILURES_A_PAGE = 20
JOBS = (READ, generation.TASK)


@login_required
@require_GET
def models(request: Request, slug: str) -> HttpResponse:
    return _page(request, project_for(request, slug, Role.LEAD))


def _page(
    request: Request, project: Project, status: int = 200, **bound: django_forms.BaseForm
) -> HttpResponse:
    """The models, with the form that was filled in wrongly in place of an empty one."""
    context: dict[str, Any] = {
        "room": "evaluate",
        "tab": "models",
        "models": with_answers(project),
        "prompt_sets": project.prompt_sets.order_by("name"),
        "uploads": uploads_of(project, Upload.Kind.ANSWERS),
        "jobs": project.jobs.live().filter(task__in=JOBS).order_by("pk"),
        "answers_form": forms.AnswersForm(project, auto_id="answers_%s"),
        "model_form": forms.ModelForm(ModelVersion(project=project), auto_id="model_%s"),
        "generate_form": forms.GenerateForm(project, auto_id="generate_%s"),
        **bound,
    }
    return render(request, "evaluation/models.html", context, status=status)


def with_answers(project: Project) -> Any:
    """The models with the numbers of their answers and of those that failed."""
    failures = AnswerFailure.objects.filter(model=OuterRef("pk")).order_by().values("model")
    failed = Subquery(failures.annotate(count=Count("pk")).values("count"))
    models = project.model_versions.select_related("release", "endpoint")
    return models.annotate(answered=Count("answers"), failed=Coalesce(failed, 0)).order_by("name")


@login_required
@require_http_methods(["GET", "POST"])
def model(request: Request, slug: str, pk: int) -> HttpResponse:
    """What is known of a model, its answers to each set, and those that failed; POST changes it."""
    project = project_for(request, slug, Role.LEAD)
    shown = get_object_or_404(project.model_versions.select_related("release", "endpoint"), pk=pk)
    form = forms.ModelForm(shown, request.POST or None)
    if request.method == "POST" and form.is_valid():
        versions.save(form.instance, form.cleaned_data["trained_by"], request.user)
        return redirect("evaluation:model", slug, pk)
    if form.errors:  # what was typed is in the form alone
        shown = get_object_or_404(project.model_versions, pk=pk)
    failures = shown.failures.select_related("prompt__prompt_set").order_by("-at", "pk")
    of_model = {"params__model": shown.pk}
    context = {
        "room": "evaluate",
        "model": shown,
        "form": form,
        "settings": generation.settings_of(shown),
        "coverage": coverage.of_model(shown),
        "failures": Paginator(failures, FAILURES_A_PAGE).get_page(request.GET.get("page")),
        "campaigns": shown.campaigns.order_by("-pk"),
        "jobs": project.jobs.live().filter(task=generation.TASK, **of_model).order_by("pk"),
    }
    return render(request, "evaluation/model.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def new_model(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = forms.ModelForm(ModelVersion(project=project), request.POST, auto_id="model_%s")
    if form.is_valid():
        added = versions.save(form.instance, form.cleaned_data["trained_by"], request.user)
        messages.success(request, _("The model “%(model)s” was added.") % {"model": added.name})
        return redirect("evaluation:models", slug)
    return _page(request, project, 400, model_form=form)


@login_required
@require_POST
def import_answers(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = forms.AnswersForm(project, request.POST, request.FILES, auto_id="answers_%s")
    if form.is_valid():
        given = form.cleaned_data
        try:
            upload = prompts.keep(
                Upload.Kind.ANSWERS,
                given["prompt_set"],
                given["file"],
                request.user,
                given["model"],
            )
            prompts.start(upload)
            return redirect("evaluation:models", slug)
        except CqiaError as error:
            form.add_error("file", str(error))
    return _page(request, project, 400, answers_form=form)


@login_required
@require_POST
def generate(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = forms.GenerateForm(project, request.POST, auto_id="generate_%s")
    if form.is_valid():
        asked, prompt_set = form.cleaned_data["model"], form.cleaned_data["prompt_set"]
        generation.start(asked, prompt_set, form.settings(), request.user)
        return redirect("evaluation:model", slug, asked.pk)
    return _page(request, project, 400, generate_form=form)


@login_required
@require_POST
def retry(request: Request, slug: str, pk: int) -> HttpResponse:
    """Ask again for what is missing of `prompt_set`, with the settings it was asked with before."""
    project = project_for(request, slug, Role.LEAD)
    asked = get_object_or_404(project.model_versions.select_related("endpoint"), pk=pk)
    wanted = request.POST.get("prompt_set", "")
    if not wanted.isascii() or not wanted.isdigit():
        raise Http404
    chosen = get_object_or_404(project.prompt_sets, pk=wanted)
    try:
        generation.start(asked, chosen, generation.settings_of(asked), request.user)
    except CqiaError as error:
        messages.error(request, str(error))
    return redirect("evaluation:model", slug, pk)
