from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from annotation import cockpit, jobs, judge, redecisions, thresholds
from annotation.access import project_for
from annotation.models import Job, Judgement, Project, State
from annotation.prefilter_forms import JudgeForm
from annotation.views.cockpit_rows import rows_of
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.chart_response import respond
from cqia.lib.errors import CqiaError


@login_required
@require_GET
def prefilter(request: Request, slug: str) -> HttpResponse:
    """The cockpit: how many pairs pass, and the scores and the line of each check."""
    project = project_for(request, slug, Role.LEAD)
    counts = cockpit.state_counts(project)
    lines = thresholds.lines_of(project)
    words = request.GET.get("q", "")[:100]
    context = {
        "room": "prefilter",
        "came_in": sum(counts.values()),
        "waiting": counts[State.IMPORTED],
        "dropped": counts[State.DROPPED],
        "passed": cockpit.passed(counts),
        "words": words,
        "presets": thresholds.presets(project),
        "latest": redecisions.latest(project),
        "groups": rows_of(project, lines, words),
        "jobs": _jobs(project),
        "judge": _judge(project),
    }
    return render(request, "annotation/prefilter.html", context)


@login_required
@require_POST
def run_prefilter(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    jobs.start("annotation.run_prefilter", project, request.user)
    return redirect("annotation:prefilter", slug)


@login_required
@require_POST
def run_judge(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = JudgeForm(project, request.POST)
    try:
        if not form.is_valid():
            messages.error(request, _("Choose a source of this project, and a number above 0."))
        else:
            source = form.cleaned_data["source"]
            limit = form.cleaned_data["limit"]
            judge.start(project, request.user, source and source.pk, limit)
    except CqiaError as error:
        messages.error(request, str(error))
    return redirect("annotation:prefilter", slug)


@login_required
@require_GET
def funnel_chart(request: Request, slug: str, form: str) -> HttpResponse:
    """How many pairs each check leaves, as svg, png or csv."""
    project = project_for(request, slug, Role.LEAD)
    return respond(request, cockpit.funnel(project), form)


def _jobs(project: Project) -> list[Job]:
    """What is under way, and the last run where it failed."""
    known = Job.objects.filter(project=project, task__in=cockpit.TASKS).order_by("-id")
    last = known.first()
    failed = [last] if last is not None and last.state == Job.State.FAILED else []
    return [*known.live(), *failed]


def _judge(project: Project) -> dict[str, object]:
    """Which model judges, if any, and what it has said so far."""
    judged = Judgement.objects.filter(pair__project=project)
    counts = judged.aggregate(scores=Count("score"), all=Count("id"))
    known = {
        "form": JudgeForm(project),
        "scores": counts["scores"],
        "failures": counts["all"] - counts["scores"],
    }
    try:
        judges = judge.judges_of(project)
        return known | {"model": ", ".join(each.endpoint.model for each in judges)}
    except CqiaError as error:
        return known | {"model": "", "error": error}
