from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from annotation import cockpit, drops, jobs, judge, redecisions, thresholds
from annotation import prefilter as filtering
from annotation.access import project_for
from annotation.checks import CHECK_OF
from annotation.models import Job, Judgement, Project, State
from annotation.paging import page_of
from annotation.prefilter_forms import DropFilter, JudgeForm, ThresholdForm
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
def set_threshold(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    form = ThresholdForm(request.POST)
    try:
        if not form.is_valid():
            raise CqiaError("threshold_not_finite")
        redecisions.redecide(project, request.user, [form.line])
        messages.success(request, _("Saved; the pairs are decided on anew."))
    except CqiaError as error:
        messages.error(request, str(error))
    return redirect("annotation:prefilter", slug)


@login_required
@require_GET
def preview_threshold(request: Request, slug: str) -> HttpResponse:
    """What a line would change, before it is saved."""
    project = project_for(request, slug, Role.LEAD)
    form = ThresholdForm(request.GET)
    preview = cockpit.preview(project, form.line) if form.is_valid() else None
    return render(request, "annotation/_preview.html", {"preview": preview})


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


@login_required
@require_GET
def dropped(request: Request, slug: str) -> HttpResponse:
    """Dropped pairs with their reasons, each of which a lead may restore."""
    project = project_for(request, slug, Role.LEAD)
    form = DropFilter(project, request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    check = str(chosen.get("check", ""))
    pairs = drops.dropped_pairs(project, check, chosen.get("source"))
    page = page_of(
        pairs.select_related("source").prefetch_related("responses"), request.GET.get("before")
    )
    context = {
        "room": "prefilter",
        "form": form,
        "page": page,
        "check": CHECK_OF.get(check),
        "drops": drops.explained(project, page.rows),
        "selected": "select" in request.GET,
    }
    return render(request, "annotation/dropped.html", context)


@login_required
@require_POST
def restore_pairs(request: Request, slug: str) -> HttpResponse:
    """Restore the pairs that were ticked."""
    project = project_for(request, slug, Role.LEAD)
    ticked = [int(pk) for pk in request.POST.getlist("pair") if pk.isdecimal() and len(pk) < 19]
    count = len(filtering.restore(project, ticked, request.user))
    text = ngettext("%(count)s pair restored.", "%(count)s pairs restored.", count)
    messages.success(request, text % {"count": count})
    return redirect("annotation:dropped", slug)


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
