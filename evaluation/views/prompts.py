"""Prompts, models and answers: brought in, added, generated. All of it on the lead's one page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from annotation.access import project_for
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError
from evaluation import forms, generation, prompts
from evaluation.models import Answer, Upload
from evaluation.views.campaigns import room

PROMPTS_A_PAGE = 20


@login_required
@require_GET
def prompt_set(request: Request, slug: str, pk: int) -> HttpResponse:
    """The prompts of a set, and what each model answered."""
    project = project_for(request, slug, Role.LEAD)
    shown = get_object_or_404(project.prompt_sets, pk=pk)
    answers = Prefetch("answers", Answer.objects.select_related("model").order_by("model__name"))
    prompts_shown = shown.prompts.prefetch_related(answers).order_by("pk")
    page = Paginator(prompts_shown, PROMPTS_A_PAGE).get_page(request.GET.get("page"))
    context = {"room": "evaluate", "prompt_set": shown, "page": page}
    return render(request, "evaluation/prompt_set.html", context)


@login_required
@require_POST
def import_prompts(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = forms.PromptsForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            name, file = form.cleaned_data["name"], form.cleaned_data["file"]
            prompts.begin(project, name, file, request.user)
            return redirect("evaluation:campaigns", slug)
        except CqiaError as error:
            form.add_error("file", str(error))
    return room(request, project, 400, prompts_form=form)


@login_required
@require_POST
def import_answers(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = forms.AnswersForm(project, request.POST, request.FILES)
    if form.is_valid():
        try:
            prompt_set, file = form.cleaned_data["prompt_set"], form.cleaned_data["file"]
            prompts.start(prompts.keep(Upload.Kind.ANSWERS, prompt_set, file, request.user))
            return redirect("evaluation:campaigns", slug)
        except CqiaError as error:
            form.add_error("file", str(error))
    return room(request, project, 400, answers_form=form)


@login_required
@require_POST
def new_model(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = forms.ModelForm(project, request.POST)
    if form.is_valid():
        model = form.save()
        messages.success(request, _("The model “%(model)s” was added.") % {"model": model.name})
        return redirect("evaluation:campaigns", slug)
    return room(request, project, 400, model_form=form)


@login_required
@require_POST
def generate(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = forms.GenerateForm(project, request.POST)
    if form.is_valid():
        model, prompt_set = form.cleaned_data["model"], form.cleaned_data["prompt_set"]
        generation.start(model, prompt_set, form.settings(), request.user)
        return redirect("evaluation:campaigns", slug)
    return room(request, project, 400, generate_form=form)
