from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from annotation import judge, judge_panel, judge_prompt, judge_templates
from annotation.access import project_for
from annotation.judge_forms import JudgeTemplateForm
from annotation.models import Project
from annotation.prefilter import texts_of
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.chart_response import respond
from cqia.lib.errors import CqiaError

_EXAMPLE = ("为什么绿茶不宜用沸水冲泡？", "绿茶叶片细嫩，沸水会把茶叶烫熟，茶汤发黄发苦。")


@login_required
@require_GET
def judges(request: Request, slug: str) -> HttpResponse:
    """Who judges, how far they agree, what they cost, and where they failed."""
    project = project_for(request, slug, Role.LEAD)
    tenures = judge_panel.tenures(project)
    context = {
        "room": "prefilter",
        "judges": _judges(project),
        "template": judge_templates.in_force(project),
        "tenures": tenures,
        "criteria": judge_panel.CRITERION_NAMES.values(),
        "agreed": judge_panel.agreed(project),
        "scored_by": sorted({one.judge for one in tenures if one.scored}),
        "failures": judge_panel.failures(project),
        "latest": judge_panel.LATEST,
    }
    return render(request, "annotation/judges.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def judge_template(request: Request, slug: str) -> HttpResponse:
    """The project's judge prompt: edited, shown filled in, published as the next version."""
    project = project_for(request, slug, Role.LEAD)
    now = judge_templates.in_force(project)
    start = judge_templates.built_in() if request.GET.get("from") == "built-in" else now
    form = JudgeTemplateForm(initial={"system": start.system, "user": start.user})
    if request.method == "POST":
        form = JudgeTemplateForm(request.POST)
        if form.is_valid() and "preview" not in request.POST:
            return _publish(request, project, form)
    shown = form.cleaned_data if form.is_bound and form.is_valid() else form.initial
    context = {
        "room": "prefilter",
        "form": form,
        "now": now,
        "preview": _preview(project, shown) if shown else None,
    }
    status = 400 if form.errors else 200
    return render(request, "annotation/judge_template.html", context, status=status)


@login_required
@require_GET
def agreement_chart(request: Request, slug: str, form: str) -> HttpResponse:
    """The scores of two judges against each other, as svg, png or csv."""
    project = project_for(request, slug, Role.LEAD)
    return respond(request, judge_panel.agreement_chart(project), form)


@login_required
@require_GET
def judge_chart(request: Request, slug: str, number: int, form: str) -> HttpResponse:
    """How the scores of one judge spread, as svg, png or csv."""
    project = project_for(request, slug, Role.LEAD)
    if number not in (1, 2):
        raise Http404
    return respond(request, judge_panel.score_chart(project, number), form)


def _judges(project: Project) -> list[judge.Judge]:
    try:
        return judge.judges_of(project)
    except CqiaError:
        return []


def _publish(request: Request, project: Project, form: JudgeTemplateForm) -> HttpResponse:
    texts = form.cleaned_data["system"], form.cleaned_data["user"]
    template = judge_templates.publish(project, request.user, *texts)
    messages.success(request, _("Version %(version)s is in force.") % {"version": template.version})
    return redirect("annotation:judges", project.slug)


def _preview(project: Project, texts: Mapping[str, Any]) -> tuple[str, str]:
    """The messages as sent, with the project's first pair, or an example where there is none."""
    first = project.pairs.order_by("pk").values_list("pk", flat=True).first()
    found = texts_of([first])[first] if first else None
    pair = (found.prompt, found.answers[0]) if found and found.answers else _EXAMPLE
    template = judge_templates.Template("", 0, texts["system"], texts["user"])
    fence = judge_prompt.new_fence(*pair)
    prompt = judge_prompt.prompt_for(template, pair, fence, judge_prompt.Method.PROBABILITIES)
    system, user = (message["content"] for message in prompt.messages)
    return system, user
