"""Judges beside the people of a closed campaign: asked, and held against the votes."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotation.access import project_for
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.chart_response import respond
from cqia.lib.errors import CqiaError
from evaluation import judge_asking, judge_report, judging
from evaluation.access import campaign_of_lead
from evaluation.judge_forms import JudgeForm
from evaluation.models import Campaign, JudgeRun


def closed(request: Request, slug: str, pk: int) -> Campaign:
    """For its leads, and once it is closed: nobody learns of a verdict while people vote."""
    campaign = campaign_of_lead(request, slug, pk)
    if campaign.state != Campaign.State.CLOSED:
        raise Http404
    return campaign


@login_required
@require_http_methods(["GET", "POST"])
def judges(request: Request, slug: str, pk: int) -> HttpResponse:
    """Every judge that was asked, with how it compares with people; POST asks one."""
    campaign = closed(request, slug, pk)
    form = JudgeForm(campaign.project, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        judging.begin(
            campaign, given["endpoint"], given["rules"], request.user, method=given["method"]
        )
        return redirect("evaluation:judges", slug, pk)
    runs = campaign.judge_runs.select_related("job", "campaign", "endpoint")
    context: dict[str, Any] = {
        "room": "evaluate",
        "campaign": campaign,
        "reports": [judge_report.report_of(run) for run in runs],
        "form": form,
        "rules": judge_asking.default_rules(),
    }
    return render(request, "evaluation/judges.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def again(request: Request, slug: str, pk: int, number: int) -> HttpResponse:
    """Ask for what is missing."""
    run = _run(closed(request, slug, pk), number)
    if run.endpoint is None:
        raise CqiaError("judge_gone", {"judge": run.judge})
    judging.go_on(run, request.user)
    return redirect("evaluation:judges", slug, pk)


@login_required
@require_GET
def chart(request: Request, slug: str, number: int, name: str, form: str) -> HttpResponse:
    """A plot of one judge as svg, png or csv."""
    project = project_for(request, slug, Role.LEAD)
    runs = JudgeRun.objects.select_related("campaign", "endpoint")
    run = get_object_or_404(runs, campaign__project=project, pk=number)
    if name not in judge_report.CHARTS:
        raise Http404
    report = judge_report.report_of(run)
    if not report.cases:
        raise Http404
    return respond(request, judge_report.CHARTS[name](report), form)


def _run(campaign: Campaign, number: int) -> JudgeRun:
    runs = JudgeRun.objects.select_related("campaign", "endpoint")
    return get_object_or_404(runs, campaign=campaign, pk=number)
